#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sm_train/system/archive_format.hpp"
#include "sm_train/system/byte_source.hpp"
#include "sm_train/system/tree_writer.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

enum class EntryKind {
  file,
  directory,
  symlink,
  hard_link,
  other,  ///< a device, a FIFO or a socket
};

/// What an archive says of one entry; all of it may be hostile.
struct ArchiveEntry {
  EntryKind kind = EntryKind::other;
  std::string name;    ///< bytes, as the archive has them
  std::string target;  ///< of a link; may be empty
  EntryAttributes attributes;
  std::int64_t size = 0;  ///< of a file, in bytes with its holes, where the header tells it
};

/// Bytes of a file, valid until the reader's next call. What is between two blocks is a hole.
struct ArchiveBlock {
  std::string_view bytes;
  std::int64_t offset = 0;
};

/// Reads the entries of a tar or a zip in their order. Made, used and destroyed in one thread, whose locale
/// it changes meanwhile. `name` stands for the archive in messages. Each function throws Error{bad_data}
/// where the archive is damaged or cut off, and what the source throws.
class ArchiveReader {
 public:
  /// A tar that comes as it is read.
  ArchiveReader(ByteSource tar, std::string name);
  /// A zip in an open file: its directory stands at its end.
  ArchiveReader(const UniqueFd& zip, std::string name);
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;
  ArchiveReader(ArchiveReader&&) = delete;
  ArchiveReader& operator=(ArchiveReader&&) = delete;
  ~ArchiveReader();

  /// Nothing after the last one.
  std::optional<ArchiveEntry> next_entry();

  /// The next block of the entry's file; nothing after the last one.
  std::optional<ArchiveBlock> next_block();

  /// To be called after the last entry: reads a tar's source to its end, where only zeros may follow.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Decompresses bzip2, xz or zstd. The blocks throw as an ArchiveReader does.
ByteSource decompress(ByteSource compressed, ArchiveFormat format, const std::string& name);

/// Throws Error{bad_data} of the archive `name`.
[[noreturn]] void fail_archive(const std::string& name, std::string_view what, std::string_view remedy);

}  // namespace sm_train
