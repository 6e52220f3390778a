#pragma once

#include <optional>
#include <string>

#include "sm_train/system/byte_source.hpp"
#include "sm_train/system/checksum.hpp"
#include "sm_train/system/http_message.hpp"

namespace sm_train {

struct ExpectedChecksum {
  ChecksumAlgorithm algorithm = ChecksumAlgorithm::md5;
  std::string text;    ///< in base64; an MD5 in hexadecimal digits
  std::string header;  ///< where it stands, for messages
};

/// The header that asks for the checksum.
inline constexpr const char* checksum_mode_header = "x-amz-checksum-mode";

/// The checksum of the whole object that an answer tells: x-amz-checksum-*, else an ETag that is an MD5.
/// Nothing where there is none, or only one of an upload's parts.
/// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
std::optional<ExpectedChecksum> find_checksum(const HttpHeaders& headers);

/// The same bytes; at their end throws S3Mismatch where they do not have the checksum.
ByteSource verified(ByteSource bytes, const ExpectedChecksum& expected);

}  // namespace sm_train
