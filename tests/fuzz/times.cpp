// The times in AWS's answers: ISO 8601 in a body, and HTTP's in a Date header.

#include <array>
#include <chrono>
#include <ctime>
#include <string>

#include "sm_train/aws/timestamp.hpp"
#include "sm_train/system/http_stream.hpp"
#include "support.hpp"

namespace sm_train::fuzz {

namespace {

using std::chrono::system_clock;

std::string written(system_clock::time_point time, const char* format) {
  const std::time_t seconds = system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

}  // namespace

void check(std::string_view input) {
  for (const auto& time : {parse_timestamp(input), parse_http_date(input)}) {
    if (!time) continue;
    require(*time >= system_clock::from_time_t(0), "a time is of our era");
    require(parse_timestamp(written(*time, "%Y-%m-%dT%H:%M:%SZ")) == time, "a timestamp reads back");
    require(parse_http_date(written(*time, "%a, %d %b %Y %H:%M:%S GMT")) == time, "an HTTP date reads back");
  }
}

}  // namespace sm_train::fuzz
