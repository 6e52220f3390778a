#include "sm_train/system/overlay.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <functional>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "sm_train/system/files.hpp"
#include "sm_train/system/staging.hpp"

namespace sm_train {

namespace fs = std::filesystem;

namespace {

using Status = struct stat;

[[noreturn]] void fail(const char* doing, const fs::path& path, int error) {
  throw Error(errno_failure(error, Access::write, doing + path.native()));
}

/// st_mode is 0 where there is no such entry.
Status status_of(const fs::path& path) {
  Status status = {};
  if (::lstat(path.c_str(), &status) != 0 && errno != ENOENT) fail("look at ", path, errno);
  return status;
}

/// Whose directory it is may alone change its mode and time. Another may well write in it: that is enough.
void set_attributes(const fs::path& directory, const Status& wanted) {
  const std::array<timespec, 2> times = {wanted.st_atim, wanted.st_mtim};
  if ((::chmod(directory.c_str(), wanted.st_mode & 07777U) != 0 ||
       ::utimensat(AT_FDCWD, directory.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0) &&
      errno != EPERM)
    fail("set the mode and time of ", directory, errno);
}

/// Changing what is in a directory of mode 0500, and moving it too (its `..` changes), needs the right to
/// write to it.
void open_up(const fs::path& directory, const Status& status) {
  if ((status.st_mode & 0700U) == 0700U) return;
  if (::chmod(directory.c_str(), (status.st_mode & 07777U) | 0700U) != 0 && errno != EPERM)
    fail("open up ", directory, errno);
}

void copy_and_remove(const fs::path& from, const fs::path& to) {
  try {
    copy_entry(from, to);
  } catch (const Error&) {
    remove_tree(to);
    throw;
  }
  if (!remove_tree(from)) fail("remove ", from, EBUSY);
}

/// EXDEV is also what overlayfs says of a directory that is part of a container's image.
void move_entry(const fs::path& from, const fs::path& to) {
  const Status status = status_of(from);
  if (S_ISDIR(status.st_mode)) open_up(from, status);
  if (::rename(from.c_str(), to.c_str()) != 0) {
    if (errno != EXDEV) fail("move the code to ", to, errno);
    copy_and_remove(from, to);
  }
  if (S_ISDIR(status.st_mode)) set_attributes(to, status);
}

bool exchange(const fs::path& one, const fs::path& other) {
  return ::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0;
}

std::vector<fs::path> names_in(const fs::path& directory) {
  std::vector<fs::path> names;
  std::error_code error;
  for (auto entry = fs::directory_iterator(directory, error); !error && entry != fs::directory_iterator();
       entry.increment(error))
    names.push_back(entry->path().filename());
  if (error) fail("list ", directory, error.value());
  std::sort(names.begin(), names.end());
  return names;
}

/// Does the overlay step by step, and knows how to take each step back.
class Overlay {
 public:
  explicit Overlay(const fs::path& room) : aside_(room, ".sm-train-replaced-") {}

  void merge(const fs::path& tree, const std::vector<fs::path>& names, const fs::path& onto) {
    for (const fs::path& name : names) place(tree / name, onto / name);
  }

  void set_aside(const std::vector<fs::path>& names, const fs::path& directory) {
    for (const fs::path& name : names)
      if (!is_staging_name(name)) move(directory / name, aside_.path() / std::to_string(undo_.size()));
  }

  void take_back() noexcept {
    for (auto step = undo_.rbegin(); step != undo_.rend(); ++step) {
      try {
        (*step)();
      } catch (const std::exception&) {
        continue;  // the first error is the one to tell, and the other steps may still be taken back
      }
    }
  }

 private:
  void place(const fs::path& from, const fs::path& to) {
    const Status ours = status_of(from);
    const Status theirs = status_of(to);
    if (S_ISDIR(ours.st_mode) && S_ISDIR(theirs.st_mode)) return merge_directory(from, ours, to, theirs);
    if (theirs.st_mode == 0) return move(from, to);
    if (exchange(from, to)) {
      undo_.emplace_back([from, to] { exchange(from, to); });
      return;
    }
    move(to, aside_.path() / std::to_string(undo_.size()));
    move(from, to);
  }

  void merge_directory(const fs::path& from, const Status& ours, const fs::path& to, const Status& theirs) {
    undo_.emplace_back([to, theirs] { set_attributes(to, theirs); });
    open_up(from, ours);
    open_up(to, theirs);
    merge(from, names_in(from), to);
    set_attributes(to, ours);
  }

  void move(const fs::path& from, const fs::path& to) {
    move_entry(from, to);
    undo_.emplace_back([from, to] { move_entry(to, from); });
  }

  TempDir aside_;
  std::vector<std::function<void()>> undo_;
};

/// A shell, a container's WORKDIR or we ourselves may stand in the directory: then it must stay itself.
bool is_working_directory(const Status& status) {
  Status here = {};
  return ::stat(".", &here) == 0 && here.st_dev == status.st_dev && here.st_ino == status.st_ino;
}

/// Whether another directory may take its place.
bool can_give_way(const Status& status) {
  return S_ISDIR(status.st_mode) && status.st_uid == ::geteuid() && !is_working_directory(status);
}

bool can_be_replaced(const fs::path& target) {
  const Status status = status_of(target);
  return status.st_mode == 0 || (can_give_way(status) && names_in(target).empty());
}

void take_mode(const fs::path& tree, const Status& of) {
  if (::chmod(tree.c_str(), of.st_mode & 07777U) != 0) fail("set the mode of ", tree, errno);
}

/// All of it, or none.
void change(const fs::path& tree, const std::function<void(Overlay&)>& steps) {
  Overlay overlay(tree);
  try {
    steps(overlay);
  } catch (...) {
    overlay.take_back();
    throw;
  }
}

}  // namespace

void overlay_tree(const fs::path& tree, const fs::path& onto) {
  const std::vector<fs::path> names = names_in(tree);
  change(tree, [&](Overlay& overlay) { overlay.merge(tree, names, onto); });
}

void place_tree(const fs::path& tree, const fs::path& target) {
  if (can_be_replaced(target)) {
    const Status before = status_of(target);
    if (before.st_mode != 0) take_mode(tree, before);
    // What refuses this (a mount point, say) can still be filled.
    if (::rename(tree.c_str(), target.c_str()) == 0) return;
    if (before.st_mode == 0) fail("make ", target, errno);
  }
  overlay_tree(tree, target);
}

void replace_tree(const fs::path& tree, const fs::path& target) {
  if (can_be_replaced(target)) return place_tree(tree, target);
  const Status before = status_of(target);
  if (can_give_way(before)) {
    take_mode(tree, before);
    if (exchange(tree, target)) return;
  }
  const std::vector<fs::path> names = names_in(tree);
  const std::vector<fs::path> old_names = names_in(target);
  change(tree, [&](Overlay& overlay) {
    overlay.set_aside(old_names, target);
    overlay.merge(tree, names, target);
  });
}

}  // namespace sm_train
