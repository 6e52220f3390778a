#include "sm_train/system/archive.hpp"

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdint>
#include <exception>
#include <fcntl.h>
#include <memory>
#include <string_view>
#include <unistd.h>
#include <utility>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/archive_format.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/gunzip.hpp"
#include "sm_train/system/overlap.hpp"
#include "sm_train/system/tree_writer.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

namespace {

constexpr std::size_t block_size = std::size_t{64} << 10U;
constexpr std::size_t kept_blocks = 8;
constexpr std::size_t bytes_between_checks = std::size_t{1} << 20U;

struct FreeReader {
  void operator()(archive* reader) const { ::archive_read_free(reader); }
};
using Reader = std::unique_ptr<archive, FreeReader>;

Reader new_reader() {
  Reader reader(::archive_read_new());
  if (!reader) throw std::bad_alloc();
  return reader;
}

std::string reason_of(archive* reader) {
  const char* text = ::archive_error_string(reader);
  return text == nullptr ? "no reason is given" : text;
}

constexpr const char* make_anew = "Make or upload it anew.";

[[noreturn]] void fail(const std::string& name, std::string_view what, std::string_view remedy) {
  throw Error(
      {.cause = Cause::bad_data, .what = fmt::format("{}: {}", name, what), .remedy = std::string(remedy)});
}

/// Gives libarchive the blocks of a ByteSource. An exception cannot pass through libarchive's C, so it waits
/// here; and since libarchive ends at what it takes for the end, what follows that is looked at here.
class Input {
 public:
  explicit Input(ByteSource bytes) : bytes_(std::move(bytes)) {}

  int open(archive* reader) {
    return ::archive_read_open2(reader, this, nullptr, &Input::read, nullptr, nullptr);
  }

  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

  /// Reads the rest of the source; whether all bytes that `reader` left are zero.
  bool ends_with_zeros(archive* reader) {
    rethrow();  // libarchive takes some failures for the end
    while (!next().empty()) {
    }
    return last_byte_ <= ::archive_filter_bytes(reader, -1);
  }

 private:
  static la_ssize_t read(archive* reader, void* input, const void** block) {
    auto* self = static_cast<Input*>(input);
    try {
      const std::string_view bytes = self->next();
      *block = bytes.data();
      return static_cast<la_ssize_t>(bytes.size());
    } catch (...) {
      self->error_ = std::current_exception();
      ::archive_set_error(reader, EIO, "the source failed");
      return -1;
    }
  }

  std::string_view next() {
    const std::string_view bytes = bytes_();
    const std::size_t last = bytes.find_last_not_of('\0');
    if (last != std::string_view::npos) last_byte_ = given_ + static_cast<std::int64_t>(last) + 1;
    given_ += static_cast<std::int64_t>(bytes.size());
    return bytes;
  }

  ByteSource bytes_;
  std::exception_ptr error_;
  std::int64_t given_ = 0;
  std::int64_t last_byte_ = 0;  ///< the offset after the last byte that is not zero
};

/// bzip2, xz or zstd, by libarchive.
class Decompressor {
 public:
  Decompressor(ByteSource compressed, int filter, std::string name)
      : name_(std::move(name)), input_(std::move(compressed)), reader_(new_reader()) {
    archive_entry* entry = nullptr;
    ::archive_read_support_format_raw(reader_.get());
    ::archive_read_support_format_empty(reader_.get());
    if (::archive_read_append_filter(reader_.get(), filter) != ARCHIVE_OK ||
        input_.open(reader_.get()) != ARCHIVE_OK)
      throw_error();
    const int result = ::archive_read_next_header(reader_.get(), &entry);
    if (result != ARCHIVE_OK && result != ARCHIVE_EOF) throw_error();
    at_end_ = result == ARCHIVE_EOF;
  }

  std::string_view next() {
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    while (!at_end_ && size == 0) {
      const int result = ::archive_read_data_block(reader_.get(), &block, &size, &offset);
      if (result == ARCHIVE_EOF)
        finish();
      else if (result != ARCHIVE_OK)
        throw_error();
    }
    return {static_cast<const char*>(block), size};
  }

 private:
  void finish() {
    at_end_ = true;
    if (!input_.ends_with_zeros(reader_.get()))
      fail(name_, "the compressed data is followed by something else", make_anew);
  }

  [[noreturn]] void throw_error() const {
    input_.rethrow();
    fail(name_, fmt::format("the compressed data is damaged or cut off ({})", reason_of(reader_.get())),
         make_anew);
  }

  std::string name_;
  Input input_;
  Reader reader_;
  bool at_end_ = false;
};

ByteSource decompress(ByteSource compressed, int filter, const std::string& name) {
  auto state = std::make_shared<Decompressor>(std::move(compressed), filter, name);
  return [state = std::move(state)] { return state->next(); };
}

/// libarchive converts names to the thread's locale. In "C" it finds that it cannot, and keeps the bytes of
/// a tar's. It then has none of a zip's, so those need a UTF-8 locale; where there is none, a zip with such
/// names is refused.
class NameLocale {
 public:
  explicit NameLocale(ArchiveFormat format)
      : locale_(::newlocale(LC_CTYPE_MASK, format == ArchiveFormat::zip ? "C.UTF-8" : "C", nullptr)),
        before_(locale_ == nullptr ? nullptr : ::uselocale(locale_)) {}
  NameLocale(const NameLocale&) = delete;
  NameLocale& operator=(const NameLocale&) = delete;
  NameLocale(NameLocale&&) = delete;
  NameLocale& operator=(NameLocale&&) = delete;
  ~NameLocale() {
    if (locale_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(locale_);
  }

 private:
  locale_t locale_;
  locale_t before_;
};

/// Where an archive is unpacked, and how it is known and bounded.
struct Unpacking {
  const std::string& name;
  const std::filesystem::path& directory;
  const ArchiveLimits& limits;
  const Interrupt& interrupt;
};

/// Unpacks what one libarchive reader reads.
class Extraction {
 public:
  Extraction(archive* reader, const Input* input, const Unpacking& unpacking)
      : reader_(reader),
        input_(input),
        name_(unpacking.name),
        writer_(unpacking.directory, unpacking.name),
        tally_(unpacking.name, unpacking.limits),
        interrupt_(unpacking.interrupt) {}

  void run() {
    archive_entry* entry = nullptr;
    while (next_entry(&entry)) {
      interrupt_.check();
      last_entry_ = entry_name(entry);
      tally_.count_entry(writer_.made_parents());
      extract(entry);
    }
    writer_.finish(interrupt_);
  }

 private:
  bool next_entry(archive_entry** entry) {
    const int result = ::archive_read_next_header(reader_, entry);
    if (result == ARCHIVE_EOF) return false;
    if (result != ARCHIVE_OK && !is_name_warning(result)) throw_error();
    return true;
  }

  /// That a name cannot be converted to the locale is what NameLocale wants; any other warning is of damage.
  bool is_name_warning(int result) const {
    return result == ARCHIVE_WARN && reason_of(reader_).find("be converted from") != std::string::npos;
  }

  std::string entry_name(archive_entry* entry) const {
    const char* name = ::archive_entry_pathname(entry);
    if (name == nullptr)
      fail(name_, "the name of an entry cannot be read in this locale",
           "Use plain ASCII names, or a tar file.");
    return name;
  }

  void extract(archive_entry* entry) {
    const EntryAttributes attributes = {
        .mode = ::archive_entry_perm(entry),
        .modified = {::archive_entry_mtime(entry), ::archive_entry_mtime_is_set(entry) != 0
                                                       ? ::archive_entry_mtime_nsec(entry)
                                                       : UTIME_OMIT}};
    if (const char* target = ::archive_entry_hardlink(entry); target != nullptr)
      return writer_.add_hard_link(last_entry_, target);
    switch (::archive_entry_filetype(entry)) {
      case AE_IFREG:
        return extract_file(entry, attributes);
      case AE_IFDIR:
        return writer_.add_directory(last_entry_, attributes);
      case AE_IFLNK:
        return writer_.add_symlink(last_entry_, symlink_target(entry), attributes);
      default:
        writer_.refuse(last_entry_, "it is a device, a FIFO or a socket");
    }
  }

  std::string symlink_target(archive_entry* entry) const {
    const char* target = ::archive_entry_symlink(entry);
    if (target == nullptr || *target == '\0') writer_.refuse(last_entry_, "it is a symlink to nothing");
    return target;
  }

  void extract_file(archive_entry* entry, const EntryAttributes& attributes) {
    std::int64_t end = std::max<std::int64_t>(::archive_entry_size(entry), 0);
    require_room(end);
    const UniqueFd file = writer_.add_file(last_entry_);
    std::int64_t written = 0;
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    while (next_block(&block, &size, &offset)) {
      written = std::max(written, offset + static_cast<std::int64_t>(size));
      end = std::max(end, written);
      require_room(end);  // a header may lie
      write_at(file, {static_cast<const char*>(block), size}, offset);
    }
    // A sparse file may end in a hole, which has no block.
    if (written < end && ::ftruncate(file.get(), end) != 0) writer_.fail(last_entry_, errno);
    writer_.finish_file(last_entry_, file, attributes);
    tally_.count_bytes(static_cast<std::uint64_t>(end));
  }

  void require_room(std::int64_t size) const {
    tally_.require_room(last_entry_, static_cast<std::uint64_t>(size));
  }

  bool next_block(const void** block, std::size_t* size, la_int64_t* offset) {
    const int result = ::archive_read_data_block(reader_, block, size, offset);
    if (result != ARCHIVE_OK && result != ARCHIVE_EOF) throw_error();
    unchecked_bytes_ += *size;
    if (unchecked_bytes_ >= bytes_between_checks) {
      interrupt_.check();
      unchecked_bytes_ = 0;
    }
    return result == ARCHIVE_OK;
  }

  void write_at(const UniqueFd& file, std::string_view bytes, std::int64_t offset) const {
    while (!bytes.empty()) {
      const ssize_t put = ::pwrite(file.get(), bytes.data(), bytes.size(), offset);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) writer_.fail(last_entry_, errno);
      bytes.remove_prefix(static_cast<std::size_t>(put));
      offset += put;
    }
  }

  [[noreturn]] void throw_error() const {
    if (input_ != nullptr) input_->rethrow();
    const std::string where =
        last_entry_.empty() ? "at its start" : "in or after entry " + in_quotes(last_entry_);
    fail(name_, fmt::format("the archive is damaged or cut off {} ({})", where, reason_of(reader_)),
         make_anew);
  }

  archive* reader_;
  const Input* input_;
  const std::string& name_;
  TreeWriter writer_;
  UnpackedTally tally_;
  const Interrupt& interrupt_;
  std::string last_entry_;
  std::size_t unchecked_bytes_ = 0;
};

void extract_tar(const ByteSource& bytes, const Unpacking& unpacking) {
  Input input(bytes);
  const Reader reader = new_reader();
  ::archive_read_support_format_tar(reader.get());
  if (input.open(reader.get()) != ARCHIVE_OK) {
    input.rethrow();
    fail(unpacking.name, fmt::format("the tar archive cannot be read ({})", reason_of(reader.get())),
         make_anew);
  }
  Extraction(reader.get(), &input, unpacking).run();
  if (!input.ends_with_zeros(reader.get()))
    fail(unpacking.name,
         "the end of the tar archive is followed by something else, so it is damaged or two in one",
         make_anew);
}

void extract_compressed_tar(const ByteSource& tar, const Unpacking& unpacking) {
  const Peeked inside = peek(tar, archive_head_size);
  const bool is_empty_tar = !inside.head.empty() && inside.head.find_first_not_of('\0') == std::string::npos;
  if (archive_format(inside.head) != ArchiveFormat::tar && !is_empty_tar)
    fail(unpacking.name, "is compressed, but what is inside is no tar archive",
         "Compress a tar file of the code.");
  extract_tar(inside.whole, unpacking);
}

void extract_zip(const ByteSource& bytes, const Unpacking& unpacking) {
  const UniqueFd file = spool(bytes, unpacking.directory);
  const Reader reader = new_reader();
  ::archive_read_support_format_zip_seekable(reader.get());
  if (::archive_read_open_fd(reader.get(), file.get(), block_size) != ARCHIVE_OK)
    fail(unpacking.name, fmt::format("the zip file is damaged or cut off ({})", reason_of(reader.get())),
         make_anew);
  Extraction(reader.get(), nullptr, unpacking).run();
}

[[noreturn]] void fail_as_no_archive(const std::string& name, const std::string& head) {
  fail(name, head.empty() ? "is empty, and an archive was expected" : "is not an archive of a known kind",
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
      return keep_blocks(decompress(bytes, ARCHIVE_FILTER_BZIP2, name), kept_blocks);
    case ArchiveFormat::xz:
      return keep_blocks(decompress(bytes, ARCHIVE_FILTER_XZ, name), kept_blocks);
    case ArchiveFormat::zstd:
      return keep_blocks(decompress(bytes, ARCHIVE_FILTER_ZSTD, name), kept_blocks);
    default:
      return keep_blocks(bytes, kept_blocks);
  }
}

void extract(const ByteSource& expanded, ArchiveFormat format, const Unpacking& unpacking) {
  const NameLocale locale(format);
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
                     const ArchiveLimits& limits, const Interrupt& interrupt) {
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
