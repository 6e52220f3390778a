#include "sm_train/system/files.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace sm_train {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t block_size = std::size_t{256} << 10U;

struct ErrnoRule {
  int error;
  Cause on_read;
  Cause on_write;
  const char* remedy;
};

constexpr const char* permission_remedy = "Give the user that this container runs as access to it.";

constexpr std::array<ErrnoRule, 10> errno_rules = {{
    {ENOENT, Cause::no_input, Cause::cannot_create, "Check the path."},
    {ENOTDIR, Cause::no_input, Cause::cannot_create, "Check the path: a part of it is not a directory."},
    {ENAMETOOLONG, Cause::no_input, Cause::cannot_create, "Use shorter names."},
    {ELOOP, Cause::no_input, Cause::cannot_create, "Check the symbolic links of the path."},
    {EACCES, Cause::denied, Cause::denied, permission_remedy},
    {EPERM, Cause::denied, Cause::denied, permission_remedy},
    {EROFS, Cause::denied, Cause::cannot_create, "Mount it writable, or use another directory."},
    {ENOSPC, Cause::io, Cause::io, "Free space, or give the job a larger volume."},
    {EDQUOT, Cause::io, Cause::io, "Free space, or raise the quota."},
    {EMFILE, Cause::io, Cause::io, "Raise the limit on open files (ulimit -n)."},
}};

[[noreturn]] void throw_errno(Access access, const char* doing, const fs::path& path) {
  throw Error(errno_failure(errno, access, fmt::format("{} {}", doing, path.native())));
}

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

/// O_NONBLOCK, so that a FIFO is refused rather than waited for.
UniqueFd open_regular_file(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) throw_errno(Access::read, "read", path);
  struct stat status = {};
  if (::fstat(fd.get(), &status) != 0) throw_errno(Access::read, "read", path);
  if (!S_ISREG(status.st_mode))
    throw Error({.cause = Cause::bad_data,
                 .what = fmt::format("{} is {}, and a regular file is needed", path.native(),
                                     kind_of(status.st_mode)),
                 .remedy = "Name a regular file."});
  return fd;
}

std::size_t read_some(int fd, char* buffer, std::size_t size, const fs::path& path) {
  while (true) {
    const ssize_t got = ::read(fd, buffer, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) throw_errno(Access::read, "read", path);
  }
}

/// Gives the next directory's owner the right to list and change it, then the ones below.
void make_removable(const fs::path& root) {
  const auto permit = [](const fs::path& directory) {
    fs::permissions(directory, fs::perms::owner_all, fs::perm_options::add);
  };
  permit(root);
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator();
       ++entry)
    if (entry->symlink_status().type() == fs::file_type::directory) permit(entry->path());
}

void copy_times(const struct stat& status, const fs::path& to) {
  const std::array<timespec, 2> times = {status.st_atim, status.st_mtim};
  if (::utimensat(AT_FDCWD, to.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0)
    throw_errno(Access::write, "set the time of", to);
}

}  // namespace

Failure errno_failure(int error, Access access, const std::string& doing) {
  Failure failure = {.cause = Cause::io,
                     .what = fmt::format("cannot {}: {}", doing, std::generic_category().message(error)),
                     .remedy = "Check the disk, and try again."};
  for (const ErrnoRule& rule : errno_rules) {
    if (rule.error != error) continue;
    failure.cause = access == Access::read ? rule.on_read : rule.on_write;
    failure.remedy = rule.remedy;
  }
  return failure;
}

std::string read_file(const fs::path& path, std::size_t max_bytes) {
  const ByteSource source = file_source(path);
  std::string content;
  for (std::string_view block = source(); !block.empty(); block = source()) {
    if (content.size() + block.size() > max_bytes)
      throw Error({.cause = Cause::bad_data,
                   .what = fmt::format("{} holds more than the {} bytes that are expected of it at most",
                                       path.native(), max_bytes),
                   .remedy = "Check that it is the right file."});
    content += block;
  }
  return content;
}

void write_file_atomically(const fs::path& path, std::string_view content, mode_t mode) {
  std::string temporary = path.native() + ".XXXXXX";
  const UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) throw_errno(Access::write, "write", path);
  try {
    write_all(fd.get(), content, path);
    if (::fchmod(fd.get(), mode) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0)
      throw_errno(Access::write, "write", path);
  } catch (const Error&) {
    ::unlink(temporary.c_str());
    throw;
  }
}

ByteSource file_source(const fs::path& path) {
  struct State {
    UniqueFd fd;
    std::vector<char> buffer;
  };
  auto state = std::make_shared<State>(State{open_regular_file(path), std::vector<char>(block_size)});
  return [state = std::move(state), path]() -> std::string_view {
    return {state->buffer.data(),
            read_some(state->fd.get(), state->buffer.data(), state->buffer.size(), path)};
  };
}

void write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(put));
    else if (errno != EINTR)
      throw_errno(Access::write, "write", path);
  }
}

void write_new_file(const fs::path& path, const ByteSource& bytes, mode_t mode, const Interrupt& interrupt) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) throw_errno(Access::write, "make", path);
  for (std::string_view block = bytes(); !block.empty(); block = bytes()) {
    interrupt.check();
    write_all(fd.get(), block, path);
  }
  if (::fchmod(fd.get(), mode) != 0) throw_errno(Access::write, "set the mode of", path);
}

UniqueFd spool(const ByteSource& bytes, const fs::path& directory) {
  std::string name = (directory / ".sm-train-spool-XXXXXX").native();
  UniqueFd fd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd) throw_errno(Access::write, "make a file in", directory);
  ::unlink(name.c_str());
  for (std::string_view block = bytes(); !block.empty(); block = bytes())
    write_all(fd.get(), block, directory);
  if (::lseek(fd.get(), 0, SEEK_SET) != 0) throw_errno(Access::write, "rewind a file in", directory);
  return fd;
}

namespace {

/// Copies what is below a directory, and knows the directories on the way down to it.
class Copier {
 public:
  Copier(const Interrupt& interrupt, Symlinks symlinks) : interrupt_(interrupt), symlinks_(symlinks) {}

  void entry(const fs::path& from, const fs::path& to) {
    struct stat status = {};
    const bool follow = symlinks_ == Symlinks::follow;
    if ((follow ? ::stat : ::lstat)(from.c_str(), &status) != 0) {
      if (follow && errno == ENOENT && fs::is_symlink(from))
        refuse(Cause::no_input, fmt::format("{} is a symlink to {}, which is not there", from.native(),
                                            fs::read_symlink(from).native()));
      throw_errno(Access::read, "read", from);
    }
    const mode_t mode = status.st_mode & 0777U;
    if (S_ISREG(status.st_mode)) {
      write_new_file(to, file_source(from), mode, interrupt_);
    } else if (S_ISLNK(status.st_mode)) {
      std::error_code error;
      fs::copy_symlink(from, to, error);
      if (error) throw Error(errno_failure(error.value(), Access::write, "make " + to.native()));
    } else if (S_ISDIR(status.st_mode)) {
      if (::mkdir(to.c_str(), 0700) != 0) throw_errno(Access::write, "make", to);
      tree(from, to);
      if (::chmod(to.c_str(), mode) != 0) throw_errno(Access::write, "set the mode of", to);
    } else {
      refuse(Cause::bad_data,
             fmt::format("{} is {}, which cannot be copied", from.native(), kind_of(status.st_mode)));
    }
    copy_times(status, to);
  }

  void tree(const fs::path& from, const fs::path& to) {
    enter(from);
    std::error_code error;
    for (auto entry = fs::directory_iterator(from, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
      interrupt_.check();
      this->entry(entry->path(), to / entry->path().filename());
    }
    if (error) throw Error(errno_failure(error.value(), Access::read, "read " + from.native()));
    way_.pop_back();
  }

 private:
  void enter(const fs::path& directory) {
    struct stat status = {};
    if (::stat(directory.c_str(), &status) != 0) throw_errno(Access::read, "read", directory);
    const std::pair identity(status.st_dev, status.st_ino);
    if (std::find(way_.begin(), way_.end(), identity) != way_.end())
      refuse(Cause::bad_data,
             fmt::format("{} is a symlink to a directory that it lies in", directory.native()));
    way_.push_back(identity);
  }

  [[noreturn]] static void refuse(Cause cause, std::string what) {
    throw Error({.cause = cause, .what = std::move(what), .remedy = "Take it out of the directory."});
  }

  const Interrupt& interrupt_;
  Symlinks symlinks_;
  std::vector<std::pair<dev_t, ino_t>> way_;
};

}  // namespace

void copy_entry(const fs::path& from, const fs::path& to, const Interrupt& interrupt, Symlinks symlinks) {
  Copier(interrupt, symlinks).entry(from, to);
}

void copy_tree(const fs::path& from, const fs::path& to, const Interrupt& interrupt, Symlinks symlinks) {
  Copier(interrupt, symlinks).tree(from, to);
}

bool remove_tree(const fs::path& path) noexcept {
  try {
    std::error_code error;
    fs::remove_all(path, error);
    if (!error) return true;
    make_removable(path);
    fs::remove_all(path);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

fs::path temporary_directory() {
  std::error_code error;
  fs::path directory = fs::temp_directory_path(error);
  if (!error) return directory;
  throw Error({.cause = Cause::no_input,
               .what = "there is no temporary directory: TMPDIR, or /tmp, is none",
               .remedy = "Set TMPDIR to a directory that can be written."});
}

TempDir::TempDir(const fs::path& parent, const std::string& prefix) {
  std::string name = (parent / (prefix + "XXXXXX")).native();
  if (::mkdtemp(name.data()) == nullptr) throw_errno(Access::write, "make a directory in", parent);
  path_ = name;
}

TempDir::TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}

TempDir& TempDir::operator=(TempDir&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

TempDir::~TempDir() {
  if (!path_.empty()) remove_tree(path_);
}

}  // namespace sm_train
