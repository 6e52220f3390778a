#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "sm_train/stages/doctor/finding.hpp"

namespace sm_train {

/// The memory that this container may use, in bytes.
struct MemoryFacts {
  std::uint64_t machine = 0;           ///< all that there is; 0: not known
  std::uint64_t available = 0;         ///< of it, without what programs use
  std::optional<std::uint64_t> limit;  ///< of the container's cgroup; none: it may use all
  std::uint64_t used = 0;              ///< of the limit
  std::uint64_t kills = 0;             ///< processes that the kernel has killed in it for want of memory
};

/// The arguments are for tests. Source: proc(5), meminfo; docs.kernel.org/admin-guide/cgroup-v2.html
MemoryFacts memory_facts(const std::filesystem::path& meminfo = "/proc/meminfo",
                         const std::filesystem::path& own_cgroups = "/proc/self/cgroup",
                         const std::filesystem::path& mount = "/sys/fs/cgroup");

Finding check_memory(const MemoryFacts& facts);

/// What the workers of PyTorch's DataLoader and NCCL hand data over in. Docker makes it 64 MiB.
Finding check_shared_memory(const std::filesystem::path& directory = "/dev/shm");

}  // namespace sm_train
