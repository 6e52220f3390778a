#include "sm_train/stages/doctor/memory.hpp"

#include <algorithm>
#include <fstream>
#include <string>

#include <fmt/format.h>

#include "sm_train/contract/byte_size.hpp"
#include "sm_train/contract/failure_report/volume.hpp"
#include "sm_train/system/cgroup.hpp"
#include "sm_train/system/memory_events.hpp"
#include "sm_train/system/volumes.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;
constexpr std::uint64_t little_memory = 512 * mebibyte;
constexpr std::uint64_t little_shared_memory = 64 * mebibyte;  // what Docker gives

/// A line of /proc/meminfo, in bytes: "MemTotal:  16384 kB".
std::uint64_t read_meminfo(const fs::path& meminfo, const std::string& name) {
  std::ifstream file(meminfo);
  for (std::string key; file >> key;) {
    std::uint64_t kibibytes = 0;
    if (key == name + ":" && file >> kibibytes) return kibibytes * 1024;
  }
  return 0;
}

std::optional<std::uint64_t> number_in(const std::optional<fs::path>& path) {
  std::uint64_t number = 0;
  if (!path || !(std::ifstream(*path) >> number)) return std::nullopt;  // "max": no limit
  return number;
}

constexpr const char* more_memory =
    "Give the job an instance with more memory (or docker run a higher --memory), or load less at once: a "
    "smaller batch, fewer DataLoader workers.";

constexpr const char* more_shared_memory =
    "Run the container with more (docker run --shm-size=8g, or --ipc=host), or without DataLoader workers "
    "(num_workers=0).";

}  // namespace

MemoryFacts memory_facts(const fs::path& meminfo, const fs::path& own_cgroups, const fs::path& mount) {
  MemoryFacts facts = {.machine = read_meminfo(meminfo, "MemTotal"),
                       .available = read_meminfo(meminfo, "MemAvailable"),
                       .limit = std::nullopt,
                       .kills = out_of_memory_kills(own_cgroups, mount)};
  const auto find = [&](const char* v2_name, const char* v1_name) {
    return number_in(find_cgroup_file("memory", v2_name, v1_name, own_cgroups, mount));
  };
  facts.limit = find("memory.max", "memory.limit_in_bytes");
  // Version 1 writes a number that no machine has for no limit.
  if (facts.limit && facts.machine > 0 && *facts.limit >= facts.machine) facts.limit.reset();
  if (facts.limit) facts.used = find("memory.current", "memory.usage_in_bytes").value_or(0);
  return facts;
}

Finding check_memory(const MemoryFacts& facts) {
  std::string what = facts.limit
                         ? fmt::format("The container may use {} of the machine's {}, and uses {}",
                                       byte_size_text(*facts.limit), byte_size_text(facts.machine),
                                       byte_size_text(facts.used))
                         : fmt::format("The machine has {}, of which {} are free; there is no limit",
                                       byte_size_text(facts.machine), byte_size_text(facts.available));
  std::uint64_t free = facts.available;
  if (facts.limit) free = std::min(free, *facts.limit - std::min(*facts.limit, facts.used));
  if (facts.machine == 0) return skipped("/proc/meminfo does not tell how much memory there is.");
  if (facts.kills > 0)
    return warning(fmt::format("{}. The kernel has killed {} here for want of memory.", what,
                               facts.kills == 1 ? "a process" : fmt::format("{} processes", facts.kills)),
                   more_memory);
  return free < little_memory ? warning(what + ".", more_memory) : passed(what + ".");
}

Finding check_shared_memory(const fs::path& directory) {
  const auto volumes = volumes_of({directory});
  if (volumes.empty())
    return warning(fmt::format("{} is not there, or cannot be written.", directory.native()),
                   more_shared_memory);
  const Volume& volume = volumes.front();
  const std::string what = fmt::format("{} has {}, of which {} are free.", directory.native(),
                                       byte_size_text(volume.size), byte_size_text(volume.free));
  const bool is_little = volume.size <= little_shared_memory || volume.free < little_shared_memory / 2;
  return is_little ? warning(what, more_shared_memory) : passed(what);
}

}  // namespace sm_train
