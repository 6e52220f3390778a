#include "sm_train/system/tree_size.hpp"

#include <system_error>

#include <fmt/format.h>

#include "sm_train/contract/byte_size.hpp"

namespace sm_train {

namespace fs = std::filesystem;

std::string tree_size_text(const TreeSize& size) {
  return fmt::format("{} {}, {}", size.files, size.files == 1 ? "file" : "files", byte_size_text(size.bytes));
}

TreeSize tree_size(const fs::path& directory) {
  TreeSize size;
  std::error_code error;
  const auto options = fs::directory_options::skip_permission_denied;
  for (auto entry = fs::recursive_directory_iterator(directory, options, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    const fs::file_status status = entry->symlink_status(ignored);
    if (fs::is_directory(status)) continue;
    ++size.files;
    if (!fs::is_regular_file(status)) continue;
    const std::uintmax_t bytes = entry->file_size(ignored);
    if (!ignored) size.bytes += bytes;
  }
  return size;
}

}  // namespace sm_train
