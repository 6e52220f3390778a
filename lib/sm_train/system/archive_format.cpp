#include "sm_train/system/archive_format.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <utility>

namespace sm_train {

namespace {

using namespace std::string_view_literals;

constexpr std::array<std::pair<std::string_view, ArchiveFormat>, 6> magics = {{
    {"\x1f\x8b"sv, ArchiveFormat::gzip},
    {"BZh"sv, ArchiveFormat::bzip2},
    {"\xfd\x37zXZ\0"sv, ArchiveFormat::xz},
    {"\x28\xb5\x2f\xfd"sv, ArchiveFormat::zstd},
    {"PK\x03\x04"sv, ArchiveFormat::zip},
    {"PK\x05\x06"sv, ArchiveFormat::zip},  // a zip file without entries
}};

constexpr std::array<std::string_view, 12> archive_suffixes = {
    ".tar",    ".tar.gz", ".tgz",     ".tar.bz2", ".tbz2", ".tbz",
    ".tar.xz", ".txz",    ".tar.zst", ".tzst",    ".zip",  ".gz",
};

constexpr std::size_t checksum_offset = 148;
constexpr std::size_t checksum_size = 8;

/// POSIX pax, "ustar Interchange Format": the sum of the header's bytes, the checksum's own taken as spaces.
bool is_tar_header(std::string_view head) {
  if (head.size() < archive_head_size) return false;
  std::string_view digits = head.substr(checksum_offset, checksum_size);
  digits.remove_prefix(std::min(digits.find_first_not_of(' '), digits.size()));
  long expected = -1;
  std::from_chars(digits.data(), digits.data() + digits.size(), expected, 8);

  const auto sum = [](std::string_view bytes) {
    return std::accumulate(bytes.begin(), bytes.end(), 0L,
                           [](long total, char byte) { return total + static_cast<unsigned char>(byte); });
  };
  return expected == sum(head.substr(0, checksum_offset)) + long{' '} * long{checksum_size} +
                         sum(head.substr(checksum_offset + checksum_size,
                                         archive_head_size - checksum_offset - checksum_size));
}

}  // namespace

ArchiveFormat archive_format(std::string_view head) {
  for (const auto& [magic, format] : magics)
    if (head.substr(0, magic.size()) == magic) return format;
  return is_tar_header(head) ? ArchiveFormat::tar : ArchiveFormat::none;
}

bool has_archive_name(std::string_view name) {
  return std::any_of(archive_suffixes.begin(), archive_suffixes.end(),
                     [name](std::string_view suffix) { return name.ends_with(suffix); });
}

}  // namespace sm_train
