#include "sm_train/system/memory_events.hpp"

#include <fstream>
#include <string>

#include "sm_train/system/cgroup.hpp"

namespace sm_train {

std::uint64_t out_of_memory_kills(const std::filesystem::path& own_cgroups,
                                  const std::filesystem::path& mount) {
  const auto file = find_cgroup_file("memory", "memory.events", "memory.oom_control", own_cgroups, mount);
  if (!file) return 0;
  std::ifstream lines(*file);
  std::string key;
  std::uint64_t value = 0;
  while (lines >> key >> value)
    if (key == "oom_kill") return value;
  return 0;
}

}  // namespace sm_train
