#include "sm_train/aws/s3_checksum.hpp"

#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "sm_train/aws/s3.hpp"
#include "sm_train/contract/one_line.hpp"
#include "sm_train/system/digest.hpp"

namespace sm_train {

namespace {

struct ChecksumHeader {
  const char* name;
  ChecksumAlgorithm algorithm;
};

// The cheapest comes first.
constexpr std::array checksum_headers = {
    ChecksumHeader{"x-amz-checksum-crc64nvme", ChecksumAlgorithm::crc64nvme},
    ChecksumHeader{"x-amz-checksum-crc32c", ChecksumAlgorithm::crc32c},
    ChecksumHeader{"x-amz-checksum-crc32", ChecksumAlgorithm::crc32},
    ChecksumHeader{"x-amz-checksum-sha1", ChecksumAlgorithm::sha1},
    ChecksumHeader{"x-amz-checksum-sha256", ChecksumAlgorithm::sha256},
};

// That of a composite one is a checksum of the parts' checksums, with their number behind a dash.
std::optional<ExpectedChecksum> full_checksum(const HttpHeaders& headers) {
  if (find_header(headers, "x-amz-checksum-type") == "COMPOSITE") return std::nullopt;
  for (const auto& [name, algorithm] : checksum_headers) {
    const auto text = find_header(headers, name);
    if (!text.empty() && text.find('-') == std::string_view::npos)
      return ExpectedChecksum{.algorithm = algorithm, .text = std::string(text), .header = name};
  }
  return std::nullopt;
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
  const auto digits = etag.substr(1, quoted_size - 2);
  if (digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) return std::nullopt;
  return ExpectedChecksum{.algorithm = ChecksumAlgorithm::md5, .text = std::string(digits), .header = "ETag"};
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
      return {};
    }
    checksum_.update(block);
    size_ += block.size();
    return block;
  }

 private:
  void check() {
    const auto sum = checksum_.finish();
    const auto found = expected_.algorithm == ChecksumAlgorithm::md5 ? to_hex(sum) : to_base64(sum);
    if (found == expected_.text) return;
    throw S3Mismatch({.cause = Cause::bad_data,
                      .what = fmt::format("the {} bytes that came have the checksum {}, and its {} is {}.",
                                          size_, found, expected_.header, one_line(expected_.text)),
                      .remedy = "Run again; where it stays so, put the object anew."});
  }

  ByteSource bytes_;
  ExpectedChecksum expected_;
  Checksum checksum_;
  std::uint64_t size_ = 0;
  bool at_end_ = false;
};

bool has_md5() {
  try {
    return !Checksum(ChecksumAlgorithm::md5).finish().empty();
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

std::optional<ExpectedChecksum> find_checksum(const HttpHeaders& headers) {
  auto checksum = full_checksum(headers);
  return checksum ? checksum : md5_in_etag(headers);
}

ByteSource verified(ByteSource bytes, const ExpectedChecksum& expected) {
  // Under FIPS there is no MD5; an ETag that is one was not made to be checked.
  if (expected.algorithm == ChecksumAlgorithm::md5 && !has_md5()) return bytes;
  auto state = std::make_shared<Verified>(std::move(bytes), expected);
  return [state = std::move(state)] { return state->next(); };
}

}  // namespace sm_train
