#include "sm_train/aws/s3_checksum.hpp"

#include <array>
#include <charconv>
#include <memory>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "sm_train/aws/s3.hpp"
#include "sm_train/system/digest.hpp"

namespace sm_train {

namespace {

struct ChecksumHeader {
  const char* name;
  ChecksumAlgorithm algorithm;
  std::size_t size;
};

// The cheapest comes first.
constexpr std::array checksum_headers = {
    ChecksumHeader{"x-amz-checksum-crc64nvme", ChecksumAlgorithm::crc64nvme, 8},
    ChecksumHeader{"x-amz-checksum-crc32c", ChecksumAlgorithm::crc32c, 4},
    ChecksumHeader{"x-amz-checksum-crc32", ChecksumAlgorithm::crc32, 4},
    ChecksumHeader{"x-amz-checksum-sha1", ChecksumAlgorithm::sha1, 20},
    ChecksumHeader{"x-amz-checksum-sha256", ChecksumAlgorithm::sha256, 32},
};

// That of a composite one is a checksum of the parts' checksums, with their number behind a dash.
std::optional<ExpectedChecksum> full_checksum(const HttpHeaders& headers) {
  if (find_header(headers, "x-amz-checksum-type") == "COMPOSITE") return std::nullopt;
  for (const auto& [name, algorithm, size] : checksum_headers) {
    const auto value = from_base64(find_header(headers, name));
    if (value && value->size() == size)
      return ExpectedChecksum{.algorithm = algorithm, .value = *value, .header = name};
  }
  return std::nullopt;
}

std::optional<std::string> from_hex(std::string_view digits) {
  std::string bytes;
  for (; digits.size() >= 2; digits.remove_prefix(2)) {
    unsigned char byte = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + 2, byte, 16);
    if (error != std::errc() || stop != digits.data() + 2) return std::nullopt;
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

// An ETag is no MD5 of an object of several parts, or one under SSE-KMS or SSE-C.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
std::optional<ExpectedChecksum> md5_in_etag(const HttpHeaders& headers) {
  const auto etag = find_header(headers, "ETag");
  const auto encryption = find_header(headers, "x-amz-server-side-encryption");
  const bool is_md5 = (encryption.empty() || encryption == "AES256") &&
                      find_header(headers, "x-amz-server-side-encryption-customer-algorithm").empty();
  constexpr std::size_t quoted_size = 34;
  if (!is_md5 || etag.size() != quoted_size || etag.front() != '"' || etag.back() != '"') return std::nullopt;
  const auto value = from_hex(etag.substr(1, quoted_size - 2));
  if (!value) return std::nullopt;
  return ExpectedChecksum{.algorithm = ChecksumAlgorithm::md5, .value = *value, .header = "ETag"};
}

class Verified {
 public:
  Verified(ByteSource bytes, ExpectedChecksum expected)
      : bytes_(std::move(bytes)), expected_(std::move(expected)), checksum_(expected_.algorithm) {}

  std::string_view next() {
    if (at_end_) return {};
    const auto block = bytes_();
    if (block.empty()) {
      at_end_ = true;
      check();
    }
    checksum_.update(block);
    size_ += block.size();
    return block;
  }

 private:
  void check() {
    const auto found = checksum_.finish();
    if (found == expected_.value) return;
    throw S3Mismatch({.cause = Cause::bad_data,
                      .what = fmt::format("the {} bytes that came have the checksum {}, and its {} is {}.",
                                          size_, to_hex(found), expected_.header, to_hex(expected_.value)),
                      .remedy = "Run again; where it stays so, put the object anew."});
  }

  ByteSource bytes_;
  ExpectedChecksum expected_;
  Checksum checksum_;
  std::uint64_t size_ = 0;
  bool at_end_ = false;
};

}  // namespace

std::optional<ExpectedChecksum> find_checksum(const HttpHeaders& headers) {
  auto checksum = full_checksum(headers);
  return checksum ? checksum : md5_in_etag(headers);
}

ByteSource verified(ByteSource bytes, const ExpectedChecksum& expected) {
  auto state = std::make_shared<Verified>(std::move(bytes), expected);
  return [state = std::move(state)] { return state->next(); };
}

}  // namespace sm_train
