#include "sm_train/contract/usage.hpp"

#include <algorithm>

namespace sm_train {

namespace {

std::optional<double> rate(std::optional<std::uint64_t> before, std::optional<std::uint64_t> after,
                           std::chrono::duration<double> time) {
  if (!before || !after || *after < *before || time.count() <= 0) return std::nullopt;
  return static_cast<double>(*after - *before) / time.count();
}

std::optional<double> cpu_utilization(const UsageCounters& before, const UsageCounters& after, double cpus) {
  const std::chrono::duration<double> time = after.time - before.time;
  if (!before.cpu_time || !after.cpu_time || *after.cpu_time < *before.cpu_time || time.count() <= 0 ||
      cpus <= 0)
    return std::nullopt;
  const std::chrono::duration<double> used = *after.cpu_time - *before.cpu_time;
  // The kernel counts in ticks, and may give a little more than there is.
  return std::min(100.0, 100 * used / time / cpus);
}

/// Elements of lists that may differ in length, as one that is not there is no peak of anything.
template <typename T, typename Peak>
std::vector<T> peaks(const std::vector<T>& one, const std::vector<T>& other, Peak peak) {
  std::vector<T> result = one.size() < other.size() ? other : one;
  for (std::size_t i = 0; i < std::min(one.size(), other.size()); ++i) result[i] = peak(one[i], other[i]);
  return result;
}

DiskUsage peak_of(const DiskUsage& one, const DiskUsage& other) {
  return one.used < other.used ? other : one;
}

GpuUsage peak_of(const GpuUsage& one, const GpuUsage& other) {
  return {.utilization = std::max(one.utilization, other.utilization),
          .memory_used = std::max(one.memory_used, other.memory_used),
          .memory_size = std::max(one.memory_size, other.memory_size)};
}

/// A driver's utilization is that of the moment before it was asked. At the first moment nothing ran yet.
std::vector<GpuUsage> gpu_usage_over(const std::vector<UsageCounters>& moments) {
  std::vector<GpuUsage> gpus;
  for (auto moment = moments.begin() + 1; moment != moments.end(); ++moment) {
    gpus = peaks(gpus, moment->gpus, [](const auto& a, const auto& b) {
      GpuUsage both = peak_of(a, b);
      if (a.utilization && b.utilization) both.utilization = *a.utilization + *b.utilization;
      return both;
    });
  }
  for (GpuUsage& gpu : gpus)
    if (gpu.utilization) *gpu.utilization /= static_cast<double>(moments.size() - 1);
  return gpus;
}

}  // namespace

Usage usage_over(const std::vector<UsageCounters>& moments, double cpus) {
  const UsageCounters& before = moments.front();
  const UsageCounters& after = moments.back();
  const std::chrono::duration<double> time = after.time - before.time;
  Usage usage = {.cpu_utilization = cpu_utilization(before, after, cpus),
                 .network_receive_rate = rate(before.network_received, after.network_received, time),
                 .network_transmit_rate = rate(before.network_sent, after.network_sent, time),
                 .disk_read_rate = rate(before.disk_read, after.disk_read, time),
                 .disk_write_rate = rate(before.disk_written, after.disk_written, time),
                 .disks = after.disks,
                 .gpus = gpu_usage_over(moments)};
  for (const UsageCounters& moment : moments)
    usage.memory_used = std::max(usage.memory_used, moment.memory_used);
  if (usage.memory_used && after.memory_limit.value_or(0) > 0)
    usage.memory_utilization =
        100 * static_cast<double>(*usage.memory_used) / static_cast<double>(*after.memory_limit);
  return usage;
}

Usage peak_of(const Usage& one, const Usage& other) {
  // An empty optional is less than any other.
  return {.cpu_utilization = std::max(one.cpu_utilization, other.cpu_utilization),
          .memory_used = std::max(one.memory_used, other.memory_used),
          .memory_utilization = std::max(one.memory_utilization, other.memory_utilization),
          .network_receive_rate = std::max(one.network_receive_rate, other.network_receive_rate),
          .network_transmit_rate = std::max(one.network_transmit_rate, other.network_transmit_rate),
          .disk_read_rate = std::max(one.disk_read_rate, other.disk_read_rate),
          .disk_write_rate = std::max(one.disk_write_rate, other.disk_write_rate),
          .disks = peaks(one.disks, other.disks, [](const auto& a, const auto& b) { return peak_of(a, b); }),
          .gpus = peaks(one.gpus, other.gpus, [](const auto& a, const auto& b) { return peak_of(a, b); })};
}

}  // namespace sm_train
