#pragma once

#include <cstddef>
#include <string>

#include "sm_train/system/byte_source.hpp"
#include "sm_train/system/inflate.hpp"

namespace sm_train {

/// Decompresses gzip (RFC 1952): one member or several, with zero bytes after any of them. What follows and
/// begins no member is read to its end, and not looked at, as gzip(1) and Python's tarfile do. Each member's
/// CRC and length are checked, which libarchive 3.6 does not do. `name` stands for the data in messages. A
/// block stays valid until the `kept_blocks`-th call after it. The blocks throw Error{bad_data} where the
/// data is corrupt or cut off.
ByteSource gunzip(ByteSource compressed, std::string name, std::size_t kept_blocks = 1,
                  Inflate inflate = inflaters().front().make());

}  // namespace sm_train
