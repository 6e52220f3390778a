#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace sm_train {

/// How much a directory holds, with all below it.
struct TreeSize {
  std::uint64_t files = 0;  ///< all that are no directories
  std::uint64_t bytes = 0;  ///< of the regular files together
};

/// For people: "3 files, 1.2 KiB".
std::string tree_size_text(const TreeSize& size);

/// As far as this user may look into it. Symlinks are not followed.
TreeSize tree_size(const std::filesystem::path& directory);

}  // namespace sm_train
