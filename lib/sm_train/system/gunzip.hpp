#pragma once

#include <string>

#include "sm_train/system/byte_source.hpp"

namespace sm_train {

/// Decompresses gzip (RFC 1952): one member or several, with zero bytes after any of them. Each member's CRC
/// and length are checked, which libarchive 3.6 does not do. `name` stands for the data in messages. The
/// blocks throw Error{bad_data} where the data is corrupt, cut off, or followed by something else.
ByteSource gunzip(ByteSource compressed, std::string name);

}  // namespace sm_train
