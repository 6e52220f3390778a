#include "sm_train/system/archive_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <exception>
#include <sys/stat.h>
#include <utility>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/one_line.hpp"

namespace sm_train {

namespace {

constexpr std::size_t block_size = std::size_t{64} << 10U;

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
      fail_archive(name_, "the compressed data is followed by something else", make_anew);
  }

  [[noreturn]] void throw_error() const {
    input_.rethrow();
    fail_archive(name_,
                 fmt::format("the compressed data is damaged or cut off ({})", reason_of(reader_.get())),
                 make_anew);
  }

  std::string name_;
  Input input_;
  Reader reader_;
  bool at_end_ = false;
};

/// What libarchive is to convert names to: the thread's locale. To `bytes` it finds that it cannot, and keeps
/// the bytes of a tar's. It then has none of a zip's, so those need `utf_8`.
enum class NameEncoding { bytes, utf_8 };

#ifdef SM_TRAIN_STATIC

/// A locale is a file of the image's C library, which may be another one. So the libarchive of a static
/// program asks locale_charset(), below, and no locale (scripts/build-static).
class NameLocale {
 public:
  explicit NameLocale(NameEncoding encoding)
      : before_(std::exchange(charset_, encoding == NameEncoding::utf_8 ? "UTF-8" : "ASCII")) {}
  NameLocale(const NameLocale&) = delete;
  NameLocale& operator=(const NameLocale&) = delete;
  NameLocale(NameLocale&&) = delete;
  NameLocale& operator=(NameLocale&&) = delete;
  ~NameLocale() { charset_ = before_; }

  static const char* charset() { return charset_; }

 private:
  static thread_local const char* charset_;
  const char* before_;
};

thread_local const char* NameLocale::charset_ = "ASCII";

#else

/// Where there is no UTF-8 locale, a zip with names beyond ASCII is refused.
class NameLocale {
 public:
  explicit NameLocale(NameEncoding encoding)
      : locale_(::newlocale(LC_CTYPE_MASK, encoding == NameEncoding::utf_8 ? "C.UTF-8" : "C", nullptr)),
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

#endif

EntryAttributes attributes_of(archive_entry* entry) {
  const bool has_time = ::archive_entry_mtime_is_set(entry) != 0;
  return {
      .mode = ::archive_entry_perm(entry),
      .modified = {::archive_entry_mtime(entry), has_time ? ::archive_entry_mtime_nsec(entry) : UTIME_OMIT}};
}

EntryKind kind_of(archive_entry* entry) {
  if (::archive_entry_hardlink(entry) != nullptr) return EntryKind::hard_link;
  switch (::archive_entry_filetype(entry)) {
    case AE_IFREG:
      return EntryKind::file;
    case AE_IFDIR:
      return EntryKind::directory;
    case AE_IFLNK:
      return EntryKind::symlink;
    default:
      return EntryKind::other;
  }
}

std::string target_of(archive_entry* entry) {
  const char* target = ::archive_entry_hardlink(entry);
  if (target == nullptr) target = ::archive_entry_symlink(entry);
  return target == nullptr ? "" : target;
}

}  // namespace

// libarchive keeps a pointer to the input, so it stays where it is.
struct ArchiveReader::State {
  NameLocale locale;
  std::string name;
  std::optional<Input> input;  // nothing for a zip, which libarchive reads from its file
  Reader reader = new_reader();
  std::string last_entry;

  [[noreturn]] void throw_error() const {
    if (input) input->rethrow();
    const std::string where =
        last_entry.empty() ? "at its start" : "in or after entry " + in_quotes(last_entry);
    fail_archive(name,
                 fmt::format("the archive is damaged or cut off {} ({})", where, reason_of(reader.get())),
                 make_anew);
  }

  /// That a name cannot be converted to the locale is what NameLocale wants; any other warning is of damage.
  bool is_name_warning(int result) const {
    return result == ARCHIVE_WARN && reason_of(reader.get()).find("be converted from") != std::string::npos;
  }
};

ArchiveReader::ArchiveReader(ByteSource tar, std::string name)
    : state_(new State{
          .locale = NameLocale(NameEncoding::bytes), .name = std::move(name), .input = std::nullopt}) {
  state_->input.emplace(std::move(tar));
  ::archive_read_support_format_tar(state_->reader.get());
  if (state_->input->open(state_->reader.get()) != ARCHIVE_OK) state_->throw_error();
}

ArchiveReader::ArchiveReader(const UniqueFd& zip, std::string name)
    : state_(new State{
          .locale = NameLocale(NameEncoding::utf_8), .name = std::move(name), .input = std::nullopt}) {
  ::archive_read_support_format_zip_seekable(state_->reader.get());
  if (::archive_read_open_fd(state_->reader.get(), zip.get(), block_size) != ARCHIVE_OK)
    state_->throw_error();
}

ArchiveReader::~ArchiveReader() = default;

std::optional<ArchiveEntry> ArchiveReader::next_entry() {
  archive_entry* entry = nullptr;
  const int result = ::archive_read_next_header(state_->reader.get(), &entry);
  if (result == ARCHIVE_EOF) return std::nullopt;
  if (result != ARCHIVE_OK && !state_->is_name_warning(result)) state_->throw_error();
  const char* name = ::archive_entry_pathname(entry);
  if (name == nullptr)
    fail_archive(state_->name, "the name of an entry cannot be read in this locale",
                 "Use plain ASCII names, or a tar file.");
  state_->last_entry = name;
  return ArchiveEntry{.kind = kind_of(entry),
                      .name = name,
                      .target = target_of(entry),
                      .attributes = attributes_of(entry),
                      .size = std::max<std::int64_t>(::archive_entry_size(entry), 0)};
}

std::optional<ArchiveBlock> ArchiveReader::next_block() {
  const void* bytes = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  const int result = ::archive_read_data_block(state_->reader.get(), &bytes, &size, &offset);
  if (result == ARCHIVE_EOF) return std::nullopt;
  if (result != ARCHIVE_OK) state_->throw_error();
  return ArchiveBlock{.bytes = {static_cast<const char*>(bytes), size}, .offset = offset};
}

void ArchiveReader::finish() {
  if (state_->input && !state_->input->ends_with_zeros(state_->reader.get()))
    fail_archive(state_->name,
                 "the end of the tar archive is followed by something else, so it is damaged or two in one",
                 make_anew);
}

ByteSource decompress(ByteSource compressed, ArchiveFormat format, const std::string& name) {
  const int filter = format == ArchiveFormat::bzip2 ? ARCHIVE_FILTER_BZIP2
                     : format == ArchiveFormat::xz  ? ARCHIVE_FILTER_XZ
                                                    : ARCHIVE_FILTER_ZSTD;
  auto state = std::make_shared<Decompressor>(std::move(compressed), filter, name);
  return [state = std::move(state)] { return state->next(); };
}

void fail_archive(const std::string& name, std::string_view what, std::string_view remedy) {
  throw Error(
      {.cause = Cause::bad_data, .what = fmt::format("{}: {}", name, what), .remedy = std::string(remedy)});
}

}  // namespace sm_train

#ifdef SM_TRAIN_STATIC
extern "C" const char* locale_charset() {
  return sm_train::NameLocale::charset();
}
#endif
