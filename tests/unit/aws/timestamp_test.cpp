#include "sm_train/aws/timestamp.hpp"

#include "catch.hpp"

using sm_train::parse_timestamp;
using std::chrono::system_clock;

TEST_CASE("a time is read with its zone, and without its fraction") {
  const auto expected = system_clock::from_time_t(1'893'456'000);
  for (const char* text : {"2030-01-01T00:00:00Z", "2030-01-01T00:00:00.987Z", "2030-01-01T02:00:00+02:00",
                           "2029-12-31T18:30:00-0530"}) {
    CAPTURE(text);
    CHECK(parse_timestamp(text) == expected);
  }
}

TEST_CASE("a time that the clock cannot hold is none") {
  CHECK(parse_timestamp("2262-04-11T23:47:16Z"));
  for (const char* text :
       {"2262-04-11T23:47:17Z", "9999-12-31T23:59:59Z", "1969-12-31T23:59:59Z", "0001-01-01T00:00:00Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_timestamp(text));
  }
}

TEST_CASE("what is no time is none") {
  for (const char* text :
       {"", "2030-01-01", "2030-01-01T00:00:00", "2030-01-01T00:00:00Z.", "soon", "2030-13-01T00:00:00Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_timestamp(text));
  }
}
