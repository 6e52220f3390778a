#include "sm_train/system/checksum.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "catch.hpp"

using namespace sm_train;

namespace {

std::string checksum(ChecksumAlgorithm algorithm, std::string_view bytes) {
  Checksum sum(algorithm);
  sum.update(bytes);
  return to_hex(sum.finish());
}

/// Bytes that repeat with no power of two.
std::string sample(std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i % 251);
  return bytes;
}

constexpr auto every_algorithm = {ChecksumAlgorithm::crc32,     ChecksumAlgorithm::crc32c,
                                  ChecksumAlgorithm::crc64nvme, ChecksumAlgorithm::sha1,
                                  ChecksumAlgorithm::sha256,    ChecksumAlgorithm::md5};

}  // namespace

TEST_CASE("each checksum of 123456789 is the published one") {
  CHECK(checksum(ChecksumAlgorithm::crc32, "123456789") == "cbf43926");
  CHECK(checksum(ChecksumAlgorithm::crc32c, "123456789") == "e3069283");
  CHECK(checksum(ChecksumAlgorithm::crc64nvme, "123456789") == "ae8b14860a799888");
  CHECK(checksum(ChecksumAlgorithm::sha1, "123456789") == "f7c3bc1d808e04732adf679965ccc34ca7ae3441");
  CHECK(checksum(ChecksumAlgorithm::sha256, "123456789") ==
        "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225");
  CHECK(checksum(ChecksumAlgorithm::md5, "123456789") == "25f9e794323b453885f5181f1b624d0b");
}

TEST_CASE("the checksum of nothing is that of the empty text") {
  CHECK(checksum(ChecksumAlgorithm::crc32, "") == "00000000");
  CHECK(checksum(ChecksumAlgorithm::crc32c, "") == "00000000");
  CHECK(checksum(ChecksumAlgorithm::crc64nvme, "") == "0000000000000000");
  CHECK(checksum(ChecksumAlgorithm::md5, "") == "d41d8cd98f00b204e9800998ecf8427e");
}

TEST_CASE("CRC32C of RFC 3720's samples, which are longer than a slice, is the published one") {
  std::string ascending;
  for (char byte = 0; byte < 32; ++byte) ascending += byte;
  // RFC 3720, B.4, writes the bytes in the order in which they are sent: the lowest first.
  CHECK(checksum(ChecksumAlgorithm::crc32c, std::string(32, '\0')) == "8a9136aa");
  CHECK(checksum(ChecksumAlgorithm::crc32c, std::string(32, '\xff')) == "62a8ab43");
  CHECK(checksum(ChecksumAlgorithm::crc32c, ascending) == "46dd794e");
  CHECK(checksum(ChecksumAlgorithm::crc32c, std::string(ascending.rbegin(), ascending.rend())) == "113fdb5c");
}

TEST_CASE(
    "CRC64NVME of the NVMe specification's samples, which are longer than a slice, is the published one") {
  CHECK(checksum(ChecksumAlgorithm::crc64nvme, std::string(4096, '\0')) == "6482d367eb22b64e");
  CHECK(checksum(ChecksumAlgorithm::crc64nvme, std::string(4096, '\xff')) == "c0ddba7302eca3ac");
}

TEST_CASE("a checksum of bytes in pieces of odd sizes, at odd addresses, is that of the whole") {
  const std::string bytes = sample(5000);
  for (const ChecksumAlgorithm algorithm : every_algorithm) {
    const std::string whole = checksum(algorithm, bytes);
    for (std::size_t size = 1; size < 70; ++size) {
      Checksum sum(algorithm);
      for (std::size_t at = 0; at < bytes.size(); at += size)
        sum.update(std::string_view(bytes).substr(at, size));
      REQUIRE(to_hex(sum.finish()) == whole);
    }
  }
}

TEST_CASE("a checksum that was moved goes on") {
  for (const ChecksumAlgorithm algorithm : every_algorithm) {
    Checksum first(algorithm);
    first.update("12345");
    Checksum second = std::move(first);
    second.update("6789");
    CHECK(to_hex(second.finish()) == checksum(algorithm, "123456789"));
  }
}
