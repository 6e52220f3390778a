#include "sm_train/system/executable.hpp"

#include <algorithm>
#include <fcntl.h>
#include <fstream>
#include <string_view>
#include <unistd.h>

namespace fs = std::filesystem;

namespace sm_train {

bool is_executable(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0;
}

ProgramStart read_program_start(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return {};  // to open a FIFO would wait
  std::ifstream file(path, std::ios::binary);
  if (!file) return {};
  std::string head(program_start_bytes, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  return program_start(head);
}

std::optional<fs::path> find_executable(const std::string& name, const EnvVars& env) {
  const auto path = env.find("PATH");
  if (path == env.end()) return std::nullopt;
  std::string_view rest = path->second;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const fs::path candidate = fs::path(rest.substr(0, end)) / name;
    if (end > 0 && is_executable(candidate)) return candidate;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return std::nullopt;
}

}  // namespace sm_train
