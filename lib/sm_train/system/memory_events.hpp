#pragma once

#include <cstdint>
#include <filesystem>

namespace sm_train {

/// How many processes of our memory cgroup the kernel has killed for want of memory so far: `oom_kill` of
/// memory.events (cgroup v2, which counts the cgroups below as well) or of memory.oom_control (v1, from Linux
/// 4.13 on); 0 where neither can be read. The arguments are for tests.
/// Source: https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
std::uint64_t out_of_memory_kills(const std::filesystem::path& own_cgroups = "/proc/self/cgroup",
                                  const std::filesystem::path& mount = "/sys/fs/cgroup");

}  // namespace sm_train
