#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "sm_train/contract/usage.hpp"

namespace sm_train {

/// Where the kernel shows itself.
struct KernelFiles {
  std::filesystem::path proc = "/proc";
  std::filesystem::path sys = "/sys";
};

/// What has been used so far: of our cgroup, where there is one, and else of the machine; the network and the
/// file systems as this process sees them. `directories` are those on whose file systems it looks, each with
/// its name. GPUs are not looked at (see gpu_usage_reader). Throws nothing: what cannot be read is left out.
UsageCounters read_usage_counters(
    const std::vector<std::pair<std::string, std::filesystem::path>>& directories,
    const KernelFiles& files = {});

}  // namespace sm_train
