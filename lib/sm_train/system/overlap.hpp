#pragma once

#include <cstddef>
#include <functional>

#include "sm_train/system/byte_source.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// Uses the blocks of `bytes` up. `stop.check()` is to be called now and then: it throws where the rest is
/// not wanted any more.
using Consume = std::function<void(const ByteSource& bytes, const Interrupt& stop)>;

/// Pulls the blocks of `bytes` in this thread and consumes them in another, so that both take their time at
/// once; returns when `consume` has. Each block must stay valid until the `kept_blocks`-th call after it:
/// that many are on their way at most, and none is copied. Throws what `consume` throws; what `bytes` throws
/// comes to `consume` in its place among the blocks, so that of two errors the one is told that a single
/// thread would have met. `interrupt` is checked in this thread only, after each block and while there is
/// nothing but to wait; what that throws ends `consume` too. Throws Error{io} where no thread can be had.
void overlap(const ByteSource& bytes, std::size_t kept_blocks, const Consume& consume,
             const Interrupt& interrupt = {});

}  // namespace sm_train
