#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace sm_train {

/// The CPUs' worth of time that the cgroup's quota gives (docker run --cpus); nothing where there is no
/// quota. Source: cgroup v2's cpu.max, v1's cpu.cfs_quota_us (docs.kernel.org/admin-guide/cgroup-v2.html).
/// `root` is where the cgroup file system is mounted: in a container its own group.
std::optional<double> cgroup_cpu_quota(const std::filesystem::path& root = "/sys/fs/cgroup");

/// A file of our own cgroup, under its name in version 2 or in version 1, where it belongs to `controller`;
/// nothing where there is none. The last two arguments are for tests.
std::optional<std::filesystem::path> find_cgroup_file(
    const std::string& controller, const std::string& v2_name, const std::string& v1_name,
    const std::filesystem::path& own_cgroups = "/proc/self/cgroup",
    const std::filesystem::path& mount = "/sys/fs/cgroup");

}  // namespace sm_train
