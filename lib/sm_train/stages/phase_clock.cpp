#include "sm_train/stages/phase_clock.hpp"

#include <utility>

namespace sm_train {

void PhaseClock::begin(std::string phase) {
  ended_ = timings();
  phase_ = std::move(phase);
  began_ = Clock::now();
}

Timings PhaseClock::timings() const {
  Timings all = ended_;
  if (!phase_.empty()) all.push_back({.phase = phase_, .time = Clock::now() - began_});
  return all;
}

}  // namespace sm_train
