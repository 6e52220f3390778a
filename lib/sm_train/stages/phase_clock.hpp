#pragma once

#include <chrono>
#include <string>

#include "sm_train/contract/timings.hpp"

namespace sm_train {

/// Measures the phases of a job, one after the other.
class PhaseClock {
 public:
  /// Ends the phase that goes on, if any. A phase that was there before goes on.
  void begin(std::string phase);

  /// Until now, with the phase that goes on.
  Timings timings() const;

 private:
  using Clock = std::chrono::steady_clock;

  Timings ended_;
  std::string phase_;
  Clock::time_point began_;
};

}  // namespace sm_train
