#include "sm_train/system/gunzip.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/checksum.hpp"

namespace sm_train {

namespace {

constexpr std::size_t block_size = std::size_t{256} << 10U;

// RFC 1952, section 2.3.1.
constexpr std::string_view magic = "\x1f\x8b";
constexpr char deflate_method = 8;
enum Flag : unsigned { header_crc = 2, extra_field = 4, file_name = 8, comment = 16, reserved = 0xE0 };

class Gunzip {
 public:
  Gunzip(ByteSource compressed, std::string name, std::size_t kept_blocks, Inflate inflate)
      : compressed_(std::move(compressed)),
        name_(std::move(name)),
        inflate_(std::move(inflate)),
        blocks_(kept_blocks) {}

  std::string_view next() {
    std::vector<char>& block = blocks_[next_block_++ % blocks_.size()];
    block.resize(block_size);
    std::size_t given = 0;
    while (given == 0 && (in_member_ || start_member())) given = inflate(block);
    return {block.data(), given};
  }

 private:
  bool refill() {
    if (input_.empty()) input_ = compressed_();
    return !input_.empty();
  }

  /// From the start a member is expected: no bytes at all are one that was cut off.
  bool start_member() {
    if (!std::exchange(started_, true) || find_member()) {
      read_header();
      in_member_ = true;
    }
    return in_member_;
  }

  /// Skips the zero bytes that tape-minded tools put after a member, and what is none to the source's end.
  bool find_member() {
    while (refill()) {
      const std::size_t zeros = std::min(input_.find_first_not_of('\0'), input_.size());
      input_.remove_prefix(zeros);
      if (input_.empty()) continue;
      if (!is_over_ && input_.front() == magic.front()) return true;
      is_over_ = true;
      input_ = {};
    }
    return false;
  }

  void read_header() {
    Checksum crc(ChecksumAlgorithm::crc32);
    if (take(crc) != magic[0] || take(crc) != magic[1]) fail_as_corrupt("incorrect header check");
    if (take(crc) != deflate_method) fail_as_corrupt("unknown compression method");
    const auto flags = static_cast<unsigned char>(take(crc));
    if ((flags & reserved) != 0) fail_as_corrupt("unknown header flags set");
    for (int i = 0; i < 6; ++i) take(crc);  // time, extra flags, operating system
    if ((flags & extra_field) != 0)
      for (unsigned size = take_two(crc); size > 0; --size) take(crc);
    if ((flags & file_name) != 0) skip_text(crc);
    if ((flags & comment) != 0) skip_text(crc);
    if ((flags & header_crc) != 0) check_header(crc);
  }

  char take(Checksum& crc) {
    if (!refill()) fail_as_cut_off();
    const char byte = input_.front();
    crc.update(input_.substr(0, 1));
    input_.remove_prefix(1);
    return byte;
  }

  unsigned take_two(Checksum& crc) {
    const auto low = static_cast<unsigned char>(take(crc));
    const auto high = static_cast<unsigned char>(take(crc));
    return low | static_cast<unsigned>(high) << 8U;
  }

  void skip_text(Checksum& crc) {
    while (take(crc) != '\0') {
    }
  }

  /// It holds the lower half of the CRC32 of what stands before it.
  void check_header(Checksum& crc) {
    const std::string sum = crc.finish();
    Checksum ignored(ChecksumAlgorithm::crc32);
    const char low = take(ignored);
    const char high = take(ignored);
    if (low != sum[3] || high != sum[2]) fail_as_corrupt("header crc mismatch");
  }

  std::size_t inflate(std::vector<char>& block) {
    // What has filled its output may have more of it without any input.
    if (!has_more_ && !refill()) fail_as_cut_off();
    const Inflated inflated = inflate_(input_, block);
    if (!inflated.fault.empty()) fail_as_corrupt(inflated.fault);
    input_.remove_prefix(inflated.taken);
    has_more_ = inflated.given == block.size() && !inflated.ended;
    in_member_ = !inflated.ended;
    return inflated.given;
  }

  [[noreturn]] void fail_as_corrupt(const std::string& why) const {
    fail(fmt::format("the gzip data is corrupt ({})", why), "Make or upload it anew.");
  }

  [[noreturn]] void fail_as_cut_off() const {
    fail("it ends in the middle of the gzip data", "It was cut off: make or upload it anew.");
  }

  [[noreturn]] void fail(const std::string& what, const char* remedy) const {
    throw Error({.cause = Cause::bad_data, .what = fmt::format("{}: {}", name_, what), .remedy = remedy});
  }

  ByteSource compressed_;
  std::string name_;
  Inflate inflate_;
  std::vector<std::vector<char>> blocks_;
  std::size_t next_block_ = 0;
  std::string_view input_;
  bool started_ = false;
  bool in_member_ = false;
  bool has_more_ = false;
  bool is_over_ = false;
};

}  // namespace

ByteSource gunzip(ByteSource compressed, std::string name, std::size_t kept_blocks, Inflate inflate) {
  auto state =
      std::make_shared<Gunzip>(std::move(compressed), std::move(name), kept_blocks, std::move(inflate));
  return [state = std::move(state)] { return state->next(); };
}

}  // namespace sm_train
