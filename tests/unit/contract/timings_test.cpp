#include "sm_train/contract/timings.hpp"

#include "catch.hpp"

using namespace sm_train;
using namespace std::chrono_literals;

TEST_CASE("timings are told to people in milliseconds, and to programs as JSON in microseconds") {
  const Timings timings = {{"load", 1234us}, {"fetch", 0s}, {"program", 3601s}};
  CHECK(timings_text(timings) == "3601.001 s: load 0.001, fetch 0.000, program 3601.000");
  CHECK(timings_json(timings) ==
        R"({"load":0.001234,"fetch":0.000000,"program":3601.000000,"total":3601.001234})");
}

TEST_CASE("timings of nothing are valid JSON as well") {
  CHECK(timings_json({}) == R"({"total":0.000000})");
}
