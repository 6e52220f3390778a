#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "sm_train/contract/command.hpp"

namespace sm_train {

// What the hosts of a job keep in one directory, which has the same name on all of them.

/// The library that gives ranks SageMaker's host name, for LD_PRELOAD.
std::filesystem::path write_gethostname_library(const std::filesystem::path& directory);

/// The directory on a host whose master has chosen its name. It is this user's alone.
class SharedDirectory {
 public:
  /// It may be there already, where hosts have one file system. Throws Error: cannot_create where it cannot
  /// be made, denied where it is somebody else's, or others can read it.
  explicit SharedDirectory(const std::filesystem::path& path);
  SharedDirectory(const SharedDirectory&) = delete;
  SharedDirectory& operator=(const SharedDirectory&) = delete;
  SharedDirectory(SharedDirectory&&) = delete;
  SharedDirectory& operator=(SharedDirectory&&) = delete;
  /// Removes it where it was made here.
  ~SharedDirectory();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  bool is_ours_ = false;
};

}  // namespace sm_train
