#pragma once

#include <filesystem>
#include <optional>

namespace sm_train {

/// The CPUs' worth of time that the cgroup's quota gives (docker run --cpus); nothing where there is no
/// quota. Source: cgroup v2's cpu.max, v1's cpu.cfs_quota_us (docs.kernel.org/admin-guide/cgroup-v2.html).
/// `root` is where the cgroup file system is mounted: in a container its own group.
std::optional<double> cgroup_cpu_quota(const std::filesystem::path& root = "/sys/fs/cgroup");

}  // namespace sm_train
