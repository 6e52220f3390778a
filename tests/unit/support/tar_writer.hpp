#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <sys/types.h>
#include <vector>
#include <zlib.h>

namespace sm_train::test {

/// An entry of a tar (POSIX ustar), written to the letter: hostile ones too.
struct TarEntry {
  std::string name = {};
  char type = '0';
  std::string content = {};
  std::string link = {};
  mode_t mode = 0644;
  long modified = 1500000000;
  std::string owner = {};
};

inline std::string octal(unsigned long value, int digits) {
  std::string text;
  for (; digits > 0; --digits, value /= 8) text.insert(text.begin(), static_cast<char>('0' + value % 8));
  return text;
}

inline std::string tar_header(const TarEntry& entry) {
  std::string header(512, '\0');
  const auto put = [&](std::size_t offset, const std::string& text) {
    std::copy_n(text.begin(), std::min<std::size_t>(text.size(), 512 - offset),
                header.begin() + static_cast<std::ptrdiff_t>(offset));
  };
  put(0, entry.name.substr(0, 100));
  put(100, octal(entry.mode, 7));
  put(108, octal(1234, 7));
  put(116, octal(5678, 7));
  put(124, octal(entry.content.size(), 11));
  put(136, octal(static_cast<unsigned long>(entry.modified), 11));
  put(156, std::string(1, entry.type));
  put(157, entry.link.substr(0, 100));
  put(257, std::string("ustar\00000", 8));
  put(265, entry.owner);
  put(148, "        ");
  unsigned long sum = 0;
  for (const char byte : header) sum += static_cast<unsigned char>(byte);
  put(148, octal(sum, 6) + " ");
  return header;
}

inline std::string end_of_archive() {
  return std::string(1024, '\0');
}

/// The entries, without the two zero blocks that end an archive.
inline std::string tar_entries(const std::vector<TarEntry>& entries) {
  std::string bytes;
  for (const TarEntry& entry : entries) {
    bytes += tar_header(entry) + entry.content;
    bytes.resize((bytes.size() + 511) / 512 * 512);
  }
  return bytes;
}

inline std::string tar(const std::vector<TarEntry>& entries) {
  return tar_entries(entries) + end_of_archive();
}

/// GNU tar's entry before one whose name has more than 100 bytes.
inline TarEntry gnu_long_name(const std::string& name) {
  return {.name = "././@LongLink", .type = 'L', .content = name + std::string(1, '\0')};
}

/// A pax extended header of one record, before the entry that it is about.
inline TarEntry pax(const std::string& key, const std::string& value) {
  const std::string record = " " + key + "=" + value + "\n";
  std::size_t size = record.size();
  while (std::to_string(size).size() + record.size() != size) ++size;
  return {.name = "PaxHeaders/x", .type = 'x', .content = std::to_string(size) + record};
}

/// One gzip member.
inline std::string gzip(const std::string& bytes) {
  z_stream stream = {};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("deflateInit2");
  std::string compressed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(compressed.data());
  stream.avail_out = static_cast<uInt>(compressed.size());
  const int result = deflate(&stream, Z_FINISH);
  compressed.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("deflate");
  return compressed;
}

}  // namespace sm_train::test
