#pragma once

#include <cstdint>
#include <string>

namespace sm_train {

/// The file system that a directory lies on.
struct Volume {
  std::string directory;
  std::uint64_t size = 0;  ///< bytes
  std::uint64_t free = 0;  ///< bytes that this user may still write
  bool has_inodes = true;  ///< false: no further file can be made, whatever room there is
};

/// There is no room for anything but crumbs.
bool is_full(const Volume& volume);

/// For people: "the volume of /opt/ml/model has 0 B of 30.0 GiB free".
std::string described(const Volume& volume);

}  // namespace sm_train
