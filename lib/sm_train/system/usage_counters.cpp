#include "sm_train/system/usage_counters.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>

#include "sm_train/system/cgroup.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

using Number = std::optional<std::uint64_t>;

std::optional<fs::path> own_file(const KernelFiles& files, const char* controller, const char* v2_name,
                                 const char* v1_name) {
  return find_cgroup_file(controller, v2_name, v1_name, files.proc / "self/cgroup", files.sys / "fs/cgroup");
}

/// The number that a file begins with; nothing for "max".
Number number_in(const std::optional<fs::path>& file) {
  std::uint64_t number = 0;
  if (file && std::ifstream(*file) >> number) return number;
  return std::nullopt;
}

/// That of the line which begins with `key`.
Number number_of(const std::optional<fs::path>& file, std::string_view key) {
  if (!file) return std::nullopt;
  std::ifstream lines(*file);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string first;
    std::uint64_t number = 0;
    if (words >> first >> number && first == key) return number;
  }
  return std::nullopt;
}

/// Of the machine. The first line of /proc/stat is "cpu" and its ticks: user (which has guest in it), nice,
/// system, idle, iowait, irq, softirq, steal, ...
/// Source: proc(5)
std::optional<std::chrono::microseconds> machine_cpu_time(const KernelFiles& files) {
  std::ifstream file(files.proc / "stat");
  std::string cpu;
  std::uint64_t user = 0;
  std::uint64_t nice = 0;
  std::uint64_t system = 0;
  std::uint64_t idle = 0;
  std::uint64_t iowait = 0;
  std::uint64_t irq = 0;
  std::uint64_t softirq = 0;
  if (!(file >> cpu >> user >> nice >> system >> idle >> iowait >> irq >> softirq)) return std::nullopt;
  const auto ticks = user + nice + system + irq + softirq;
  return std::chrono::microseconds(ticks * 1'000'000 / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK)));
}

std::optional<std::chrono::microseconds> cpu_time(const KernelFiles& files) {
  if (const auto file = own_file(files, "cpuacct", "cpu.stat", "cpuacct.usage")) {
    if (const Number used = number_of(file, "usage_usec")) return std::chrono::microseconds(*used);
    if (const Number used = number_in(file)) return std::chrono::microseconds(*used / 1000);
  }
  return machine_cpu_time(files);
}

void add_memory(const KernelFiles& files, UsageCounters& counters) {
  constexpr std::uint64_t kib = 1024;
  const fs::path machine = files.proc / "meminfo";
  const Number total = number_of(machine, "MemTotal:");
  if (total) counters.memory_limit = *total * kib;

  const Number used = number_in(own_file(files, "memory", "memory.current", "memory.usage_in_bytes"));
  if (!used) {
    const Number available = number_of(machine, "MemAvailable:");
    if (total && available) counters.memory_used = (*total - std::min(*total, *available)) * kib;
    return;
  }
  // Pages of files that nobody uses are given back before anybody is killed for want of memory.
  const auto details = own_file(files, "memory", "memory.stat", "memory.stat");
  Number cache = number_of(details, "total_inactive_file");
  if (!cache) cache = number_of(details, "inactive_file");
  counters.memory_used = *used - std::min(*used, cache.value_or(0));
  // Version 1 says "no limit" with a number that no machine has.
  const Number limit = number_in(own_file(files, "memory", "memory.max", "memory.limit_in_bytes"));
  if (limit) counters.memory_limit = std::min(*limit, counters.memory_limit.value_or(*limit));
}

/// A line of each interface: "  eth0: BYTES PACKETS ... (eight of what was received) BYTES ...".
/// Source: proc(5)
void add_network(const KernelFiles& files, UsageCounters& counters) {
  std::ifstream lines(files.proc / "net/dev");
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::istringstream name(line.substr(0, colon));
    std::string interface;
    name >> interface;
    std::istringstream words(line.substr(colon + 1));
    std::uint64_t received = 0;
    std::uint64_t other = 0;
    std::uint64_t sent = 0;
    words >> received;
    for (int i = 0; i < 7; ++i) words >> other;
    if (interface == "lo" || !(words >> sent)) continue;
    counters.network_received = counters.network_received.value_or(0) + received;
    counters.network_sent = counters.network_sent.value_or(0) + sent;
  }
}

/// Lines "8:0 rbytes=1 wbytes=2 ..." of the cgroup.
/// Source: https://docs.kernel.org/admin-guide/cgroup-v2.html#io-interface-files
void add_cgroup_disks(const fs::path& file, UsageCounters& counters) {
  counters.disk_read = 0;
  counters.disk_written = 0;
  std::ifstream words(file);
  for (std::string word; words >> word;) {
    const auto value = [&] { return std::strtoull(word.c_str() + word.find('=') + 1, nullptr, 10); };
    if (word.starts_with("rbytes=")) *counters.disk_read += value();
    if (word.starts_with("wbytes=")) *counters.disk_written += value();
  }
}

/// Lines "MAJOR MINOR NAME READS MERGED SECTORS TIME WRITES MERGED SECTORS ..." of the machine, a sector
/// being 512 bytes whatever the device. A partition's device, and a device mapper's, are counted already.
/// Source: https://docs.kernel.org/admin-guide/iostats.html
void add_machine_disks(const KernelFiles& files, UsageCounters& counters) {
  constexpr std::uint64_t sector = 512;
  std::ifstream lines(files.proc / "diskstats");
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    std::uint64_t other = 0;
    std::uint64_t read = 0;
    std::uint64_t written = 0;
    words >> other >> other >> name >> other >> other >> read >> other >> other >> other >> written;
    std::error_code ignored;
    const bool is_disk = fs::exists(files.sys / "block" / name / "device", ignored);
    if (!words || !is_disk) continue;
    counters.disk_read = counters.disk_read.value_or(0) + read * sector;
    counters.disk_written = counters.disk_written.value_or(0) + written * sector;
  }
}

void add_disks(const KernelFiles& files, UsageCounters& counters) {
  if (const auto file = own_file(files, "io", "io.stat", "io.stat")) return add_cgroup_disks(*file, counters);
  add_machine_disks(files, counters);
}

/// A directory that is not made yet lies where its parent does.
fs::path existing(fs::path directory) {
  std::error_code ignored;
  while (!fs::exists(directory, ignored) && directory.has_relative_path())
    directory = directory.parent_path();
  return directory;
}

}  // namespace

UsageCounters read_usage_counters(const std::vector<std::pair<std::string, fs::path>>& directories,
                                  const KernelFiles& files) {
  UsageCounters counters = {.time = std::chrono::steady_clock::now().time_since_epoch(),
                            .cpu_time = cpu_time(files)};
  add_memory(files, counters);
  add_network(files, counters);
  add_disks(files, counters);
  for (const auto& [name, directory] : directories) {
    struct statvfs status = {};
    if (statvfs(existing(directory).c_str(), &status) != 0 || status.f_blocks == 0) continue;
    counters.disks.push_back({.name = name,
                              .used = std::uint64_t{status.f_blocks - status.f_bfree} * status.f_frsize,
                              .size = std::uint64_t{status.f_blocks} * status.f_frsize});
  }
  return counters;
}

}  // namespace sm_train
