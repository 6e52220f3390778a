#pragma once

#include <filesystem>
#include <string>

#include "sm_train/system/files.hpp"

namespace sm_train::test {

/// Writes a file of `directory`, with the directories above it, and gives its path.
inline std::filesystem::path write_in(const TempDir& directory, const std::string& name,
                                      const std::string& text, mode_t mode = 0644) {
  std::filesystem::path path = directory.path() / name;
  std::filesystem::create_directories(path.parent_path());
  write_file_atomically(path, text, mode);
  return path;
}

}  // namespace sm_train::test
