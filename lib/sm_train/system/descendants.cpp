#include "sm_train/system/descendants.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <system_error>
#include <unistd.h>

namespace sm_train {

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::map<pid_t, std::vector<pid_t>> children_by_parent() {
  std::map<pid_t, std::vector<pid_t>> children;
  std::error_code error;
  for (fs::directory_iterator each("/proc", error), end; !error && each != end; each.increment(error)) {
    const std::string name = each->path().filename();
    pid_t pid = 0;
    const auto [stop, bad] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (bad != std::errc() || stop != name.data() + name.size()) continue;
    if (const pid_t parent = parent_of(pid); parent > 0) children[parent].push_back(pid);
  }
  return children;
}

}  // namespace

pid_t parent_of(pid_t process) {
  const std::string stat = text_of("/proc/" + std::to_string(process) + "/stat");
  // "pid (name) state parent ...", and the name may hold anything.
  const auto name_end = stat.rfind(')');
  constexpr std::size_t state = 4;  // ") S "
  pid_t parent = 0;
  if (name_end != std::string::npos && name_end + state < stat.size())
    std::from_chars(stat.data() + name_end + state, stat.data() + stat.size(), parent);
  return parent;
}

std::vector<pid_t> descendants() {
  const auto children = children_by_parent();
  std::vector<pid_t> found;
  const auto add_children_of = [&](pid_t parent) {
    if (const auto those = children.find(parent); those != children.end())
      found.insert(found.end(), those->second.begin(), those->second.end());
  };
  add_children_of(getpid());
  for (std::size_t i = 0; i < found.size(); ++i) add_children_of(found[i]);
  return found;
}

bool was_started_with(pid_t process, const std::string& variable) {
  const std::string environment =
      std::string(1, '\0') + text_of("/proc/" + std::to_string(process) + "/environ");
  return environment.find(std::string(1, '\0') + variable + "=") != std::string::npos;
}

}  // namespace sm_train
