#pragma once

#include <cstddef>
#include <string_view>

namespace sm_train {

enum class ArchiveFormat { none, tar, gzip, bzip2, xz, zstd, zip };

/// With fewer bytes a tar cannot be told: its header has no magic at the start.
inline constexpr std::size_t archive_head_size = 512;

/// What the first `archive_head_size` bytes (or all, where there are fewer) say that they are. A tar is known
/// by its header's checksum, so one of the oldest kind is found too.
ArchiveFormat archive_format(std::string_view head);

/// Whether a file of this name is one that extract_archive is expected to read: .tar, .tar.gz, .tgz, .zip ...
bool has_archive_name(std::string_view name);

}  // namespace sm_train
