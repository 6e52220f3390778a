#include "sm_train/system/checksum.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <utility>

namespace sm_train {

namespace {

/// A CRC whose bits are reflected, and whose register starts and ends inverted. Sixteen bytes are taken at a
/// time, each through a table of its own, so that no look-up waits for another ("slicing").
template <typename Register, Register polynomial>
class Crc {
 public:
  static Register update(Register crc, std::string_view bytes) {
    crc = ~crc;
    for (; bytes.size() >= slice; bytes.remove_prefix(slice)) crc = next_slice(crc, bytes.data());
    for (const char c : bytes)
      crc = static_cast<Register>(tables[0][(crc ^ static_cast<unsigned char>(c)) & 0xFFU] ^ (crc >> 8U));
    return ~crc;
  }

 private:
  static constexpr std::size_t slice = 16;
  using Tables = std::array<std::array<Register, 256>, slice>;

  /// tables[n][byte]: what `byte` makes of the register when n zero bytes follow it.
  static constexpr Tables make_tables() {
    Tables made{};
    for (std::size_t byte = 0; byte < 256; ++byte) {
      auto crc = static_cast<Register>(byte);
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? polynomial : 0);
      made[0][byte] = crc;
    }
    for (std::size_t n = 1; n < slice; ++n)
      for (std::size_t byte = 0; byte < 256; ++byte) {
        const Register before = made[n - 1][byte];
        made[n][byte] = made[0][before & 0xFFU] ^ (before >> 8U);
      }
    return made;
  }

  static Register next_slice(Register crc, const char* bytes) {
    static_assert(std::endian::native == std::endian::little, "the words below are read as they lie");
    std::array<std::uint64_t, 2> words{};
    std::memcpy(words.data(), bytes, slice);
    words[0] ^= crc;
    return look_up(words, std::make_index_sequence<8>());
  }

  /// One expression and no loop: gcc's -O2 leaves a loop as it is, which takes twice as long.
  template <std::size_t... i>
  static Register look_up(const std::array<std::uint64_t, 2>& words, std::index_sequence<i...>) {
    return (... ^
            (tables[15 - i][(words[0] >> (8 * i)) & 0xFFU] ^ tables[7 - i][(words[1] >> (8 * i)) & 0xFFU]));
  }

  static constexpr Tables tables = make_tables();
};

using Crc32 = Crc<std::uint32_t, 0xEDB88320U>;                // ISO-HDLC, as in zip and gzip
using Crc32c = Crc<std::uint32_t, 0x82F63B78U>;               // Castagnoli
using Crc64Nvme = Crc<std::uint64_t, 0x9A6C9329AC4BC9B5ULL>;  // NVM Express

std::string big_endian(std::uint64_t value, unsigned size) {
  std::string bytes;
  while (size-- > 0) bytes += static_cast<char>(value >> (8 * size));
  return bytes;
}

std::optional<Digest> digest_for(ChecksumAlgorithm algorithm) {
  switch (algorithm) {
    case ChecksumAlgorithm::sha1:
      return Digest(DigestAlgorithm::sha1);
    case ChecksumAlgorithm::sha256:
      return Digest(DigestAlgorithm::sha256);
    case ChecksumAlgorithm::md5:
      return Digest(DigestAlgorithm::md5);
    default:
      return std::nullopt;
  }
}

}  // namespace

Checksum::Checksum(ChecksumAlgorithm algorithm) : algorithm_(algorithm), digest_(digest_for(algorithm)) {}

void Checksum::update(std::string_view bytes) {
  if (digest_) return digest_->update(bytes);
  if (algorithm_ == ChecksumAlgorithm::crc32)
    crc_ = Crc32::update(static_cast<std::uint32_t>(crc_), bytes);
  else if (algorithm_ == ChecksumAlgorithm::crc32c)
    crc_ = Crc32c::update(static_cast<std::uint32_t>(crc_), bytes);
  else
    crc_ = Crc64Nvme::update(crc_, bytes);
}

std::string Checksum::finish() {
  if (digest_) return digest_->finish();
  return big_endian(crc_, algorithm_ == ChecksumAlgorithm::crc64nvme ? 8 : 4);
}

}  // namespace sm_train
