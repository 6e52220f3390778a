#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace sm_train {

/// Bytes that are pulled: each call gives the next block, valid until the next call, and an empty one at the
/// end. Throws Error where the bytes cannot be had. This is where a download, a file and a decompressor meet.
using ByteSource = std::function<std::string_view()>;

/// The first `size` bytes of a source, or all where there are fewer, and a source that gives all of them.
struct Peeked {
  std::string head;
  ByteSource whole;
};
Peeked peek(const ByteSource& bytes, std::size_t size);

/// The same blocks, copied, so that each stays valid until the `count`-th call after it.
ByteSource keep_blocks(ByteSource bytes, std::size_t count);

}  // namespace sm_train
