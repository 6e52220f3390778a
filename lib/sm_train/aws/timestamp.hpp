#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace sm_train {

/// An ISO 8601 time as AWS writes it, with an optional fraction of a second, which is dropped, and a zone:
/// "2030-01-01T00:00:00Z", "2030-01-01T02:00:00.123+02:00". Nothing where it is something else,
/// or a time that to_system_time() has not.
std::optional<std::chrono::system_clock::time_point> parse_timestamp(std::string_view text);

}  // namespace sm_train
