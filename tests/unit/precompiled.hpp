// What is parsed once for all unit tests: Catch, and the standard headers that most of them use. CMake
// includes it in each source by itself; a source includes what it uses all the same.
#pragma once

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "catch.hpp"
