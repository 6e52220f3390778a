#include "sm_train/stages/phase_clock.hpp"

#include <algorithm>
#include <utility>

namespace sm_train {

void PhaseClock::begin(std::string phase) {
  ended_ = timings();
  phase_ = std::move(phase);
  began_ = Clock::now();
}

Timings PhaseClock::timings() const {
  Timings all = ended_;
  if (phase_.empty()) return all;
  const auto time = Clock::now() - began_;
  const auto again =
      std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.phase == phase_; });
  if (again == all.end())
    all.push_back({.phase = phase_, .time = time});
  else
    again->time += time;
  return all;
}

}  // namespace sm_train
