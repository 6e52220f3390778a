#pragma once

#include <cstdint>
#include <filesystem>

#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

/// Room on a directory's volume that nobody else can fill while this is held, so that a few words can be
/// written when the volume is full. There is no file to be seen. Holds nothing where the volume cannot
/// promise any, which is no error.
class ReservedRoom {
 public:
  ReservedRoom() = default;
  ReservedRoom(const std::filesystem::path& directory, std::uint64_t bytes);

  void release() { file_.reset(); }

 private:
  UniqueFd file_;
};

}  // namespace sm_train
