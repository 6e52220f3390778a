#include "sm_train/system/mounts.hpp"

#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace sm_train {

namespace fs = std::filesystem;

namespace {

/// White space and backslashes stand as \040 and the like.
std::string without_escapes(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    unsigned char byte = 0;
    const bool is_escape = text.size() >= 4 && text.front() == '\\' &&
                           std::from_chars(text.data() + 1, text.data() + 4, byte, 8).ptr == text.data() + 4;
    plain += is_escape ? static_cast<char>(byte) : text.front();
    text.remove_prefix(is_escape ? 4 : 1);
  }
  return plain;
}

}  // namespace

std::vector<fs::path> mounts_below(const fs::path& directory, std::string_view mountinfo) {
  const std::string prefix = directory.native() == "/" ? "/" : directory.native() + "/";
  std::vector<fs::path> mounts;
  std::istringstream lines{std::string(mountinfo)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string field;
    for (int i = 0; i < 5; ++i) fields >> field;
    const std::string point = without_escapes(field);
    if (fields && point.starts_with(prefix) && point != prefix) mounts.emplace_back(point);
  }
  return mounts;
}

std::vector<fs::path> mounts_below(const fs::path& directory) {
  std::ifstream file("/proc/self/mountinfo", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return mounts_below(directory, text);
}

}  // namespace sm_train
