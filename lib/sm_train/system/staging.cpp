#include "sm_train/system/staging.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace sm_train {

namespace fs = std::filesystem;

namespace {

constexpr const char* prefix = ".sm-train-";

/// Held by the one that works there, and let go by the kernel when it is killed.
UniqueFd lock_of(const fs::path& directory) {
  UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) fd.reset();
  return fd;
}

void remove_leftovers(const fs::path& directory) {
  std::error_code error;
  for (auto entry = fs::directory_iterator(directory, error); !error && entry != fs::directory_iterator();
       entry.increment(error))
    if (is_staging_name(entry->path().filename()))
      if (const UniqueFd lock = lock_of(entry->path())) remove_tree(entry->path());
}

/// Whether the open directory still has this path.
bool is_same(const UniqueFd& open, const fs::path& path) {
  struct stat here = {};
  struct stat there = {};
  return open && ::fstat(open.get(), &here) == 0 && ::lstat(path.c_str(), &there) == 0 &&
         here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

/// Asked, and not tried: beside the code a read-only file system is as good as any other.
bool can_write(const fs::path& directory) {
  return ::faccessat(AT_FDCWD, directory.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
}

/// Whether the two are one mount: st_dev alone does not tell.
bool can_move(const fs::path& directory, const fs::path& into) {
  const fs::path probe = directory / "probe";
  const fs::path moved = into / directory.filename();
  std::error_code error;
  if (!fs::create_directory(probe, error)) return false;
  fs::rename(probe, moved, error);
  const bool has_moved = !error;
  fs::remove(has_moved ? moved : probe, error);
  return has_moved;
}

}  // namespace

bool is_staging_name(const fs::path& name) {
  return name.native().starts_with(prefix);
}

Staging::Room::Room(const fs::path& parent) : directory(parent, prefix), lock(lock_of(directory.path())) {
  // Another launcher may have taken it for a leftover before the lock was there. Where nothing can be locked
  // there is nothing to wait for.
  for (int tries = 0; tries < 10 && !is_same(lock, directory.path()); ++tries) {
    directory = TempDir(parent, prefix);
    lock = lock_of(directory.path());
  }
}

Staging::Parents::~Parents() {
  for (auto parent = made.rbegin(); parent != made.rend(); ++parent) ::rmdir(parent->c_str());
}

void Staging::make_parents(const fs::path& parent) {
  std::error_code error;
  if (fs::exists(parent, error)) return;
  if (parent.has_relative_path()) make_parents(parent.parent_path());
  if (fs::create_directory(parent, error)) parents_.made.push_back(parent);
  if (error) throw Error(errno_failure(error.value(), Access::write, "make " + parent.native()));
}

Staging::Room Staging::make_room(const fs::path& target) {
  const fs::path parent = target.parent_path();
  make_parents(parent);
  remove_leftovers(parent);
  remove_leftovers(target);
  if (!fs::exists(target)) return Room(parent);
  if (can_write(parent)) {
    Room beside(parent);
    if (can_move(beside.directory.path(), target)) return beside;
  }
  return Room(target);
}

Staging::Staging(const fs::path& target) : room_(make_room(target)), tree_(room_.directory.path() / "tree") {
  if (::mkdir(tree_.c_str(), 0700) != 0 || ::chmod(tree_.c_str(), 0755) != 0)
    throw Error(errno_failure(errno, Access::write, "make " + tree_.native()));
}

}  // namespace sm_train
