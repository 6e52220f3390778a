#pragma once

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/byte_source.hpp"

namespace sm_train::test {

using Tree = std::map<std::string, std::string>;

inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void put_file(const std::filesystem::path& path, const std::string& content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

/// "dir 0755", "file 0644 CONTENT" or "link TARGET" for each path below `root`.
inline Tree tree_of(const std::filesystem::path& root) {
  Tree tree;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    struct stat status = {};
    ::lstat(entry.path().c_str(), &status);
    char mode[8] = {};
    std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(status.st_mode & 07777U));
    std::string& text = tree[entry.path().lexically_relative(root).native()];
    if (S_ISLNK(status.st_mode))
      text = "link " + std::filesystem::read_symlink(entry.path()).native();
    else if (S_ISDIR(status.st_mode))
      text = std::string("dir ") + mode;
    else
      text = std::string("file ") + mode + " " + content_of(entry.path());
  }
  return tree;
}

/// `bytes` in blocks of `block` bytes.
inline ByteSource source_of(std::string bytes, std::size_t block = 64 << 10) {
  return [bytes = std::move(bytes), block, at = std::size_t{0}]() mutable {
    const std::string_view next = std::string_view(bytes).substr(std::min(at, bytes.size()), block);
    at += next.size();
    return next;
  };
}

/// The Failure that `act` throws, or nothing where it throws none.
template <typename Act>
std::optional<Failure> failure_of(Act&& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.failure();
  }
  return std::nullopt;
}

inline bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace sm_train::test
