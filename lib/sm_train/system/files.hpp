#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/byte_source.hpp"
#include "sm_train/system/interrupt.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

/// What was being done when a system call failed: a path that is missing is no_input where it is read, and
/// cannot_create where it is made.
enum class Access { read, write };

/// The one place that turns errno into a cause and a remedy. `doing` completes "cannot ...", and names the
/// path: "read /opt/ml/input/config/x.json".
Failure errno_failure(int error, Access access, const std::string& doing);

/// The file's bytes. Throws Error that names the path: no_input, denied, io, and bad_data where it holds more
/// than `max_bytes`.
std::string read_file(const std::filesystem::path& path, std::size_t max_bytes = std::size_t{64} << 20U);

/// Another process sees the old file or the whole new one, never a part. `mode` is not cut by the umask.
/// Throws Error: cannot_create, denied, io.
void write_file_atomically(const std::filesystem::path& path, std::string_view content, mode_t mode = 0644);

/// The bytes of a regular file in blocks. Throws Error at once where it cannot be opened, or is a FIFO, a
/// device or a directory.
ByteSource file_source(const std::filesystem::path& path);

/// Throws Error that names `path`, which is that of the file.
void write_all(int fd, std::string_view bytes, const std::filesystem::path& path);

/// Makes the file, which must not be there yet, from all of `bytes`.
void write_new_file(const std::filesystem::path& path, const ByteSource& bytes, mode_t mode,
                    const Interrupt& interrupt = {});

/// Puts all of `bytes` into a file in `directory` that has no name, and gives it open at its start.
UniqueFd spool(const ByteSource& bytes, const std::filesystem::path& directory);

enum class Symlinks {
  keep,    ///< a symlink is copied as one
  follow,  ///< in its place what it leads to is copied
};

/// Copies a regular file, a directory with what is in it, or a symlink to `to`, which must not be there, with
/// modes (without setuid, setgid and sticky) and times. Throws Error that names it: bad_data for a FIFO, a
/// socket, a device, or a followed symlink to a directory that it lies in; no_input for one that leads
/// nowhere.
void copy_entry(const std::filesystem::path& from, const std::filesystem::path& to,
                const Interrupt& interrupt = {}, Symlinks symlinks = Symlinks::keep);

/// The same for each entry of the directory `from`, into the directory `to`.
void copy_tree(const std::filesystem::path& from, const std::filesystem::path& to,
               const Interrupt& interrupt = {}, Symlinks symlinks = Symlinks::keep);

/// Removes `path` and what is below it, directories without write permission too. False where something is
/// left; nothing to remove is true.
bool remove_tree(const std::filesystem::path& path) noexcept;

/// What TMPDIR names, else /tmp. Throws Error{no_input} where that is no directory.
std::filesystem::path temporary_directory();

/// A new directory of mode 0700 that removes itself with all that is in it.
class TempDir {
 public:
  explicit TempDir(const std::filesystem::path& parent = temporary_directory(),
                   const std::string& prefix = "sm-train-");
  TempDir(TempDir&& other) noexcept;
  TempDir& operator=(TempDir&& other) noexcept;
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();

  const std::filesystem::path& path() const { return path_; }
  /// Gives its path, and leaves it there.
  std::filesystem::path release() && { return std::exchange(path_, {}); }

 private:
  std::filesystem::path path_;
};

}  // namespace sm_train
