#pragma once

#include <cstddef>
#include <functional>

#include "sm_train/system/byte_source.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// Makes a source whose waits the Interrupt ends.
using OpenSource = std::function<ByteSource(const Interrupt&)>;

/// Reads a source in a thread of its own, at most `capacity` bytes ahead of the reader: these are all the
/// memory that it takes. `open` is called in that thread too; its Interrupt throws when the source that is
/// given back here goes away, which then waits for the thread's end. What the source throws the reader gets,
/// after the bytes before it. `interrupt` is the reader's own, for its waits.
ByteSource read_ahead(OpenSource open, std::size_t capacity, const Interrupt& interrupt = {});

}  // namespace sm_train
