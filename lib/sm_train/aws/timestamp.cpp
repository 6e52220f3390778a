#include "sm_train/aws/timestamp.hpp"

#include <ctime>
#include <string>

#include "sm_train/system/clock.hpp"

namespace sm_train {

namespace {

// The zone as seconds ahead of UTC.
std::optional<long> zone_of(const char* text) {
  if (*text == '.') {
    ++text;
    while (*text >= '0' && *text <= '9') ++text;
  }
  std::tm zone{};
  const char* end = ::strptime(text, "%z", &zone);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return zone.tm_gmtoff;
}

}  // namespace

std::optional<std::chrono::system_clock::time_point> parse_timestamp(std::string_view text) {
  const std::string copy(text);
  std::tm time{};
  const char* rest = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &time);
  const auto zone = rest == nullptr ? std::nullopt : zone_of(rest);
  if (!zone) return std::nullopt;
  return to_system_time(::timegm(&time) - *zone);
}

}  // namespace sm_train
