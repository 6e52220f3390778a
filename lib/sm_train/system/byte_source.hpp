#pragma once

#include <functional>
#include <string_view>

namespace sm_train {

/// Bytes that are pulled: each call gives the next block, valid until the next call, and an empty one at the
/// end. Throws Error where the bytes cannot be had. This is where a download, a file and a decompressor meet.
using ByteSource = std::function<std::string_view()>;

}  // namespace sm_train
