#pragma once

// Catch2 moved its headers between v2 (Debian 12) and v3: one place knows.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
