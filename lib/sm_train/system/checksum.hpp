#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sm_train/system/digest.hpp"

namespace sm_train {

/// Those that S3 keeps beside an object, and MD5, which is the ETag of some.
/// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
enum class ChecksumAlgorithm { crc32, crc32c, crc64nvme, sha1, sha256, md5 };

/// The checksum of bytes that come in pieces.
class Checksum {
 public:
  /// Throws Error{internal} where the machine's OpenSSL refuses sha1, sha256 or md5.
  explicit Checksum(ChecksumAlgorithm algorithm);

  void update(std::string_view bytes);

  /// The raw bytes, a CRC's in big-endian order, as S3 encodes them in base64. Once, at the end.
  std::string finish();

 private:
  ChecksumAlgorithm algorithm_;
  std::uint64_t crc_ = 0;
  std::optional<Digest> digest_;
};

}  // namespace sm_train
