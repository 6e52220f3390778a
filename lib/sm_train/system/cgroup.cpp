#include "sm_train/system/cgroup.hpp"

#include <fstream>

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

}  // namespace

std::optional<double> cgroup_cpu_quota(const std::filesystem::path& root) {
  double quota = 0;
  double period = 0;
  if (std::ifstream file(root / "cpu.max"); file >> quota >> period) return ratio(quota, period);
  return ratio(number_in(root / "cpu/cpu.cfs_quota_us"), number_in(root / "cpu/cpu.cfs_period_us"));
}

}  // namespace sm_train
