#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sm_train {

/// A file system, as a metric's name calls the directory that lies on it.
struct DiskUsage {
  std::string name;  ///< "Model"
  std::uint64_t used = 0;
  std::uint64_t size = 0;  ///< bytes
};

struct GpuUsage {
  std::optional<double> utilization = {};  ///< percent of the time in which a kernel ran
  std::uint64_t memory_used = 0;
  std::uint64_t memory_size = 0;  ///< bytes
};

/// What the kernel and the drivers count, at one moment. Nothing for what cannot be known.
struct UsageCounters {
  std::chrono::nanoseconds time{0};                        ///< of a clock that never goes back
  std::optional<std::chrono::microseconds> cpu_time = {};  ///< of all processes, on all CPUs
  std::optional<std::uint64_t> memory_used = {};   ///< bytes that are not given back when others want them
  std::optional<std::uint64_t> memory_limit = {};  ///< bytes
  std::optional<std::uint64_t> network_received = {};  ///< bytes, without the loopback's
  std::optional<std::uint64_t> network_sent = {};
  std::optional<std::uint64_t> disk_read = {};  ///< bytes
  std::optional<std::uint64_t> disk_written = {};
  std::vector<DiskUsage> disks = {};
  std::vector<GpuUsage> gpus = {};
};

/// What was used over a time. Percent and bytes; rates are bytes a second.
struct Usage {
  std::optional<double> cpu_utilization = {};  ///< percent of all CPUs that may be used
  std::optional<std::uint64_t> memory_used = {};
  std::optional<double> memory_utilization = {};
  std::optional<double> network_receive_rate = {};
  std::optional<double> network_transmit_rate = {};
  std::optional<double> disk_read_rate = {};
  std::optional<double> disk_write_rate = {};
  std::vector<DiskUsage> disks = {};
  std::vector<GpuUsage> gpus = {};
};

/// From the first of some moments to the last: rates over all of that time, the most memory, the GPUs' mean
/// utilization, and the disks as they are in the end. `cpus` is how many CPUs' worth of time there is. There
/// are at least two moments; a counter that went back meanwhile (a device was replaced) gives nothing.
Usage usage_over(const std::vector<UsageCounters>& moments, double cpus);

/// Of each number the larger one.
Usage peak_of(const Usage& one, const Usage& other);

}  // namespace sm_train
