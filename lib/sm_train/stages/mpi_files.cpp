#include "sm_train/stages/mpi_files.hpp"

#include <cerrno>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/distributed/gethostname_library.hpp"
#include "sm_train/system/files.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

constexpr mode_t for_us_alone = 0700;

bool is_for_us_alone(const fs::path& path) {
  struct stat status = {};
  return lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
         (status.st_mode & 077U) == 0;
}

}  // namespace

fs::path write_gethostname_library(const fs::path& directory) {
  fs::path file = directory / "gethostname.so";
  write_file_atomically(file, gethostname_library(), 0600);
  return file;
}

SharedDirectory::SharedDirectory(const fs::path& path) : path_(path) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  is_ours_ = mkdir(path.c_str(), for_us_alone) == 0;
  if (is_ours_) return;
  if (errno != EEXIST) throw Error(errno_failure(errno, Access::write, "make " + path.native()));
  if (is_for_us_alone(path)) return;
  throw Error({.cause = Cause::denied,
               .what = fmt::format("{} is there already, and is not this user's alone.", path.native()),
               .remedy = "Remove it."});
}

SharedDirectory::~SharedDirectory() {
  if (is_ours_) remove_tree(path_);
}

}  // namespace sm_train
