#include <array>
#include <memory>
#include <new>
#include <zlib.h>

#include "sm_train/system/inflate.hpp"

namespace sm_train {

namespace {

constexpr int gzip_only = 16 + MAX_WBITS;

/// zlib checks CRC and length only of what has a header, so it is given the shortest one.
constexpr std::array<Bytef, 10> header = {0x1f, 0x8b, Z_DEFLATED, 0, 0, 0, 0, 0, 0, 0xff};

// zlib's interface predates const; it does not write to its input.
Bytef* input_of(const void* bytes) {
  return static_cast<Bytef*>(const_cast<void*>(bytes));
}

class ZlibMember {
 public:
  ZlibMember() {
    if (::inflateInit2(&stream_, gzip_only) != Z_OK) throw std::bad_alloc();
    start();
  }
  ZlibMember(const ZlibMember&) = delete;
  ZlibMember& operator=(const ZlibMember&) = delete;
  ZlibMember(ZlibMember&&) = delete;
  ZlibMember& operator=(ZlibMember&&) = delete;
  ~ZlibMember() { ::inflateEnd(&stream_); }

  Inflated inflate(std::string_view input, std::span<char> output) {
    stream_.next_in = input_of(input.data());
    stream_.avail_in = static_cast<uInt>(input.size());
    stream_.next_out = reinterpret_cast<Bytef*>(output.data());
    stream_.avail_out = static_cast<uInt>(output.size());
    const int result = ::inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    Inflated inflated = {.taken = input.size() - stream_.avail_in,
                         .given = output.size() - stream_.avail_out,
                         .ended = result == Z_STREAM_END};
    if (result == Z_STREAM_END)
      start();
    else if (result != Z_OK && result != Z_BUF_ERROR)
      inflated.fault = stream_.msg == nullptr ? "zlib" : stream_.msg;
    return inflated;
  }

 private:
  void start() {
    ::inflateReset(&stream_);
    stream_.next_in = input_of(header.data());
    stream_.avail_in = header.size();
    Bytef none = 0;  // zlib refuses to start without any output
    stream_.next_out = &none;
    stream_.avail_out = 0;
    ::inflate(&stream_, Z_NO_FLUSH);
  }

  z_stream stream_ = {};
};

}  // namespace

Inflate inflate_with_zlib() {
  auto member = std::make_shared<ZlibMember>();
  return [member](std::string_view input, std::span<char> output) { return member->inflate(input, output); };
}

}  // namespace sm_train
