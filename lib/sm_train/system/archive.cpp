#include "sm_train/system/archive.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string_view>
#include <unistd.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/archive_format.hpp"
#include "sm_train/system/archive_reader.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/gunzip.hpp"
#include "sm_train/system/overlap.hpp"
#include "sm_train/system/tree_writer.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

namespace {

constexpr std::size_t kept_blocks = 8;
constexpr std::size_t bytes_between_checks = std::size_t{1} << 20U;

/// Where an archive is unpacked, and how it is known and bounded.
struct Unpacking {
  const std::string& name;
  const std::filesystem::path& directory;
  const TreeLimits& limits;
  const Interrupt& interrupt;
};

/// Makes files of what a reader reads.
class Extraction {
 public:
  Extraction(ArchiveReader& reader, const Unpacking& unpacking)
      : reader_(reader),
        writer_(unpacking.directory, unpacking.name),
        tally_(unpacking.name, unpacking.limits),
        interrupt_(unpacking.interrupt) {}

  void run() {
    while (const auto entry = reader_.next_entry()) {
      interrupt_.check();
      tally_.count_entry(writer_.made_parents());
      extract(*entry);
    }
    writer_.finish(interrupt_);
    reader_.finish();
  }

 private:
  void extract(const ArchiveEntry& entry) {
    switch (entry.kind) {
      case EntryKind::file:
        return extract_file(entry);
      case EntryKind::directory:
        return writer_.add_directory(entry.name, entry.attributes);
      case EntryKind::hard_link:
        return writer_.add_hard_link(entry.name, entry.target);
      case EntryKind::symlink:
        if (entry.target.empty()) writer_.refuse(entry.name, "it is a symlink to nothing");
        return writer_.add_symlink(entry.name, entry.target, entry.attributes);
      case EntryKind::other:
        writer_.refuse(entry.name, "it is a device, a FIFO or a socket");
    }
  }

  void extract_file(const ArchiveEntry& entry) {
    std::int64_t end = entry.size;
    require_room(entry, end);
    const UniqueFd file = writer_.add_file(entry.name);
    std::int64_t written = 0;
    while (const auto block = reader_.next_block()) {
      check_now_and_then(block->bytes.size());
      written = std::max(written, block->offset + static_cast<std::int64_t>(block->bytes.size()));
      end = std::max(end, written);
      require_room(entry, end);  // a header may lie
      writer_.write_file(entry.name, file, block->bytes, static_cast<std::uint64_t>(block->offset));
    }
    // A sparse file may end in a hole, which has no block.
    if (written < end && ::ftruncate(file.get(), end) != 0) writer_.fail(entry.name, errno);
    writer_.finish_file(entry.name, file, entry.attributes);
    tally_.count_bytes(static_cast<std::uint64_t>(end));
  }

  void require_room(const ArchiveEntry& entry, std::int64_t size) const {
    tally_.require_room(entry.name, static_cast<std::uint64_t>(size));
  }

  void check_now_and_then(std::size_t size) {
    unchecked_bytes_ += size;
    if (unchecked_bytes_ < bytes_between_checks) return;
    interrupt_.check();
    unchecked_bytes_ = 0;
  }

  ArchiveReader& reader_;
  TreeWriter writer_;
  TreeTally tally_;
  const Interrupt& interrupt_;
  std::size_t unchecked_bytes_ = 0;
};

void extract_tar(const ByteSource& bytes, const Unpacking& unpacking) {
  ArchiveReader reader(bytes, unpacking.name);
  Extraction(reader, unpacking).run();
}

void extract_compressed_tar(const ByteSource& tar, const Unpacking& unpacking) {
  const Peeked inside = peek(tar, archive_head_size);
  const bool is_empty_tar = !inside.head.empty() && inside.head.find_first_not_of('\0') == std::string::npos;
  if (archive_format(inside.head) != ArchiveFormat::tar && !is_empty_tar)
    fail_archive(unpacking.name, "is compressed, but what is inside is no tar archive",
                 "Compress a tar file of the code.");
  extract_tar(inside.whole, unpacking);
}

void extract_zip(const ByteSource& bytes, const Unpacking& unpacking) {
  const UniqueFd file = spool(bytes, unpacking.directory);
  ArchiveReader reader(file, unpacking.name);
  Extraction(reader, unpacking).run();
}

[[noreturn]] void fail_as_no_archive(const std::string& name, const std::string& head) {
  fail_archive(name,
               head.empty() ? "is empty, and an archive was expected" : "is not an archive of a known kind",
               "Give a tar file, plain or compressed with gzip, bzip2, xz or zstd, or a zip file.");
}

ByteSource interruptible(const ByteSource& bytes, const Interrupt& interrupt) {
  return [&bytes, &interrupt, unchecked = std::size_t{0}]() mutable {
    const std::string_view block = bytes();
    unchecked += block.size();
    if (unchecked >= bytes_between_checks) {
      interrupt.check();
      unchecked = 0;
    }
    return block;
  };
}

/// What is in the compressed bytes, or the bytes themselves where they are not compressed.
ByteSource expand(const ByteSource& bytes, ArchiveFormat format, const std::string& name) {
  switch (format) {
    case ArchiveFormat::gzip:
      return gunzip(bytes, name, kept_blocks);
    case ArchiveFormat::bzip2:
    case ArchiveFormat::xz:
    case ArchiveFormat::zstd:
      return keep_blocks(decompress(bytes, format, name), kept_blocks);
    default:
      return keep_blocks(bytes, kept_blocks);
  }
}

void extract(const ByteSource& expanded, ArchiveFormat format, const Unpacking& unpacking) {
  switch (format) {
    case ArchiveFormat::tar:
      return extract_tar(expanded, unpacking);
    case ArchiveFormat::zip:
      return extract_zip(expanded, unpacking);
    default:
      return extract_compressed_tar(expanded, unpacking);
  }
}

}  // namespace

void extract_archive(const ByteSource& bytes, const std::string& name, const std::filesystem::path& directory,
                     const TreeLimits& limits, const Interrupt& interrupt) {
  const auto [head, whole] = peek(interruptible(bytes, interrupt), archive_head_size);
  const ArchiveFormat format = archive_format(head);
  if (format == ArchiveFormat::none) fail_as_no_archive(name, head);
  const auto consume = [&name, &directory, &limits, format](const ByteSource& expanded,
                                                            const Interrupt& stop) {
    extract(expanded, format, {.name = name, .directory = directory, .limits = limits, .interrupt = stop});
  };
  overlap(expand(whole, format, name), kept_blocks, consume, interrupt);
}

}  // namespace sm_train
