#include "sm_train/system/memory_events.hpp"

#include <fstream>
#include <optional>
#include <string>

namespace sm_train {

namespace {

namespace fs = std::filesystem;

std::optional<std::uint64_t> oom_kill_of(const fs::path& file) {
  std::ifstream lines(file);
  std::string key;
  std::uint64_t value = 0;
  while (lines >> key >> value)
    if (key == "oom_kill") return value;
  return std::nullopt;
}

std::optional<std::uint64_t> oom_kill_in(const fs::path& mount, const std::string& cgroup, const char* file) {
  // In a container /proc may tell the path on the host, while the container's own cgroup is mounted as the
  // root.
  if (const auto kills = oom_kill_of(mount / fs::path(cgroup).relative_path() / file)) return kills;
  return oom_kill_of(mount / file);
}

}  // namespace

std::uint64_t out_of_memory_kills(const fs::path& own_cgroups, const fs::path& mount) {
  std::ifstream lines(own_cgroups);
  for (std::string line; std::getline(lines, line);) {
    // hierarchy:controllers:path, and no controllers for v2
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string cgroup = line.substr(second + 1);
    std::optional<std::uint64_t> kills;
    if (controllers == ",,") kills = oom_kill_in(mount, cgroup, "memory.events");
    if (controllers.find(",memory,") != std::string::npos)
      kills = oom_kill_in(mount / "memory", cgroup, "memory.oom_control");
    if (kills) return *kills;
  }
  return 0;
}

}  // namespace sm_train
