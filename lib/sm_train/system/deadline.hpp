#pragma once

#include <chrono>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// An interrupt that is `inner`, and also comes in once `limit` is over, counted from now: its check then
/// throws Error{when_over}, each time, and before that calls inner's. A limit of zero is none: `inner`
/// itself. Throws Error{io} where there are no more descriptors.
Interrupt with_deadline(const Interrupt& inner, std::chrono::milliseconds limit, const Failure& when_over);

}  // namespace sm_train
