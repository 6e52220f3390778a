#pragma once

#include <chrono>
#include <ctime>
#include <optional>

namespace sm_train {

/// The time so many seconds after 1970 began, in UTC. Nothing where it is before that, or after what the
/// clock can hold (the year 2262): services write such times for "never".
std::optional<std::chrono::system_clock::time_point> to_system_time(std::time_t seconds);

}  // namespace sm_train
