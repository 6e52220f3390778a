#include "sm_train/system/volumes.hpp"

#include <sys/statvfs.h>

namespace sm_train {

std::vector<Volume> volumes_of(const std::vector<std::filesystem::path>& directories) {
  std::vector<Volume> volumes;
  for (const std::filesystem::path& directory : directories) {
    struct statvfs status = {};
    if (statvfs(directory.c_str(), &status) != 0) continue;
    if (status.f_blocks == 0 || (status.f_flag & ST_RDONLY) != 0) continue;
    volumes.push_back({.directory = directory.native(),
                       .size = std::uint64_t{status.f_blocks} * status.f_frsize,
                       .free = std::uint64_t{status.f_bavail} * status.f_frsize,
                       // Some file systems count no inodes at all, and say 0 of 0.
                       .has_inodes = status.f_files == 0 || status.f_favail > 0});
  }
  return volumes;
}

}  // namespace sm_train
