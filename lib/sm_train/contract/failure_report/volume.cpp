#include "sm_train/contract/failure_report/volume.hpp"

#include "sm_train/contract/byte_size.hpp"

namespace sm_train {

namespace {

// A write that does not fit often leaves a part of a block free.
constexpr std::uint64_t crumbs = 64 << 10;

}  // namespace

bool is_full(const Volume& volume) {
  return volume.free < crumbs || !volume.has_inodes;
}

std::string described(const Volume& volume) {
  const std::string which = "the volume of " + volume.directory + " has ";
  if (!volume.has_inodes) return which + "no inodes left, so no file can be made";
  return which + byte_size_text(volume.free) + " of " + byte_size_text(volume.size) + " free";
}

}  // namespace sm_train
