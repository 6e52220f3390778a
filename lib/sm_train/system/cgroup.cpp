#include "sm_train/system/cgroup.hpp"

#include <fstream>
#include <system_error>

namespace sm_train {

namespace {

std::optional<double> ratio(double quota, double period) {
  return quota > 0 && period > 0 ? std::optional(quota / period) : std::nullopt;
}

/// The number that a file begins with; 0 where it begins with none ("max") or is missing.
double number_in(const std::filesystem::path& path) {
  double number = 0;
  std::ifstream(path) >> number;
  return number;
}

/// In a container /proc may tell the path on the host, while the container's own cgroup is mounted as the
/// root.
std::optional<std::filesystem::path> find_below(const std::filesystem::path& mount, const std::string& cgroup,
                                                const std::string& name) {
  std::error_code ignored;
  for (const auto& path : {mount / std::filesystem::path(cgroup).relative_path() / name, mount / name})
    if (std::filesystem::exists(path, ignored)) return path;
  return std::nullopt;
}

}  // namespace

std::optional<double> cgroup_cpu_quota(const std::filesystem::path& root) {
  double quota = 0;
  double period = 0;
  if (std::ifstream file(root / "cpu.max"); file >> quota >> period) return ratio(quota, period);
  return ratio(number_in(root / "cpu/cpu.cfs_quota_us"), number_in(root / "cpu/cpu.cfs_period_us"));
}

std::optional<std::filesystem::path> find_cgroup_file(const std::string& controller,
                                                      const std::string& v2_name, const std::string& v1_name,
                                                      const std::filesystem::path& own_cgroups,
                                                      const std::filesystem::path& mount) {
  std::ifstream lines(own_cgroups);
  for (std::string line; std::getline(lines, line);) {
    // hierarchy:controllers:path, and no controllers for v2
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string cgroup = line.substr(second + 1);
    std::optional<std::filesystem::path> found;
    if (controllers == ",,") found = find_below(mount, cgroup, v2_name);
    if (controllers.find("," + controller + ",") != std::string::npos)
      found = find_below(mount / controller, cgroup, v1_name);
    if (found) return found;
  }
  return std::nullopt;
}

}  // namespace sm_train
