#include "sm_train/system/gunzip.hpp"

#include <memory>
#include <new>
#include <string_view>
#include <utility>
#include <vector>
#include <zlib.h>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

constexpr Bytef first_magic_byte = 0x1f;  // RFC 1952, section 2.3.1

constexpr std::size_t block_size = std::size_t{128} << 10U;
constexpr int gzip_only = 16 + MAX_WBITS;

class Gunzip {
 public:
  Gunzip(ByteSource compressed, std::string name)
      : compressed_(std::move(compressed)), name_(std::move(name)), block_(block_size) {
    if (::inflateInit2(&stream_, gzip_only) != Z_OK) throw std::bad_alloc();
  }
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;
  Gunzip(Gunzip&&) = delete;
  Gunzip& operator=(Gunzip&&) = delete;
  ~Gunzip() { ::inflateEnd(&stream_); }

  std::string_view next() {
    stream_.next_out = block_.data();
    stream_.avail_out = static_cast<uInt>(block_.size());
    while (stream_.avail_out == block_.size() && (in_member_ ? has_input() : next_member())) inflate();
    return {reinterpret_cast<const char*>(block_.data()), block_.size() - stream_.avail_out};
  }

 private:
  bool refill() {
    if (stream_.avail_in > 0) return true;
    const std::string_view bytes = compressed_();
    // zlib's interface predates const; it does not write to its input.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    return !bytes.empty();
  }

  bool has_input() {
    if (!refill()) fail("it ends in the middle of the gzip data", "It was cut off: make or upload it anew.");
    return true;
  }

  /// Skips the zero bytes that tape-minded tools put after a member. What is there and begins no member is
  /// not looked at, as gzip(1) and Python's tarfile do not.
  bool next_member() {
    while (refill()) {
      if (*stream_.next_in != 0) {
        in_member_ = *stream_.next_in == first_magic_byte;
        return in_member_ && ::inflateReset(&stream_) == Z_OK;
      }
      ++stream_.next_in;
      --stream_.avail_in;
    }
    return false;
  }

  void inflate() {
    const int result = ::inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_STREAM_END)
      in_member_ = false;
    else if (result == Z_MEM_ERROR)
      throw std::bad_alloc();
    else if (result != Z_OK && result != Z_BUF_ERROR)
      fail(fmt::format("the gzip data is corrupt ({})", stream_.msg == nullptr ? "zlib" : stream_.msg),
           "Make or upload it anew.");
  }

  [[noreturn]] void fail(const std::string& what, const char* remedy) const {
    throw Error({.cause = Cause::bad_data, .what = fmt::format("{}: {}", name_, what), .remedy = remedy});
  }

  ByteSource compressed_;
  std::string name_;
  std::vector<Bytef> block_;
  z_stream stream_ = {};
  bool in_member_ = true;  // from the start: no bytes at all are a truncated member
};

}  // namespace

ByteSource gunzip(ByteSource compressed, std::string name) {
  auto state = std::make_shared<Gunzip>(std::move(compressed), std::move(name));
  return [state = std::move(state)] { return state->next(); };
}

}  // namespace sm_train
