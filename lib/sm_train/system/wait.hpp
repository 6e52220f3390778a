#pragma once

#include <chrono>

#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// Waits for `duration`, and calls interrupt.check as soon as its descriptor becomes readable: what that
/// throws ends the wait. A duration of zero is a look at the descriptor.
void wait_for(std::chrono::milliseconds duration, const Interrupt& interrupt);

}  // namespace sm_train
