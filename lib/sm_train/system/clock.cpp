#include "sm_train/system/clock.hpp"

namespace sm_train {

std::optional<std::chrono::system_clock::time_point> to_system_time(std::time_t seconds) {
  using std::chrono::system_clock;
  constexpr auto last = std::chrono::floor<std::chrono::seconds>(system_clock::duration::max());
  if (seconds < 0 || seconds > last.count()) return std::nullopt;
  return system_clock::from_time_t(seconds);
}

}  // namespace sm_train
