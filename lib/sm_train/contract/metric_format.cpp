#include "sm_train/contract/metric_format.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "sm_train/contract/python_text.hpp"
#include "sm_train/contract/unicode.hpp"
#include "sm_train/contract/value.hpp"

namespace sm_train {

namespace {

// Of a list of values. Source: the specification of the format.
constexpr std::size_t max_values = 100;
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
constexpr std::size_t max_dimension = 1024;

/// Two digits are as exact as the kernel's counts.
Value rounded(double number) {
  return std::round(number * 100) / 100;
}

Value whole(std::uint64_t number) {
  return Integer{std::to_string(number)};
}

double percent(std::uint64_t part, std::uint64_t of) {
  return of == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(of);
}

/// The metrics' definitions, and their values by name.
class Metrics {
 public:
  explicit Metrics(std::string suffix) : suffix_(std::move(suffix)) {}

  void add(const std::string& name, const char* unit, Value value) {
    definitions_.push_back(Dict({{"Name", name + suffix_}, {"Unit", unit}}));
    values_.emplace_back(name + suffix_, std::move(value));
  }
  void add_if_known(const std::string& name, const char* unit, const std::optional<double>& value) {
    if (value) add(name, unit, rounded(*value));
  }
  template <typename Number>
  void add_each(const std::string& name, const char* unit, const std::vector<GpuUsage>& gpus, Number number) {
    List list;
    for (const GpuUsage& gpu : gpus)
      if (const std::optional<Value> value = number(gpu); value && list.size() < max_values)
        list.push_back(*value);
    if (!list.empty()) add(name, unit, Value(std::move(list)));
  }

  List take_definitions() { return std::move(definitions_); }
  std::vector<Dict::Item> take_values() { return std::move(values_); }

 private:
  std::string suffix_;
  List definitions_;
  std::vector<Dict::Item> values_;
};

Metrics metrics_of(const Usage& usage, const std::string& suffix) {
  Metrics metrics(suffix);
  metrics.add_if_known("CPUUtilization", "Percent", usage.cpu_utilization);
  if (usage.memory_used) metrics.add("MemoryUsed", "Bytes", whole(*usage.memory_used));
  metrics.add_if_known("MemoryUtilization", "Percent", usage.memory_utilization);
  for (const DiskUsage& disk : usage.disks) {
    metrics.add(disk.name + "DiskUsed", "Bytes", whole(disk.used));
    metrics.add(disk.name + "DiskUtilization", "Percent", rounded(percent(disk.used, disk.size)));
  }
  metrics.add_if_known("NetworkReceiveRate", "Bytes/Second", usage.network_receive_rate);
  metrics.add_if_known("NetworkTransmitRate", "Bytes/Second", usage.network_transmit_rate);
  metrics.add_if_known("DiskReadRate", "Bytes/Second", usage.disk_read_rate);
  metrics.add_if_known("DiskWriteRate", "Bytes/Second", usage.disk_write_rate);
  metrics.add_each("GPUUtilization", "Percent", usage.gpus, [](const GpuUsage& gpu) {
    return gpu.utilization ? std::optional(rounded(*gpu.utilization)) : std::nullopt;
  });
  metrics.add_each("GPUMemoryUsed", "Bytes", usage.gpus,
                   [](const GpuUsage& gpu) { return whole(gpu.memory_used); });
  metrics.add_each("GPUMemoryUtilization", "Percent", usage.gpus,
                   [](const GpuUsage& gpu) { return rounded(percent(gpu.memory_used, gpu.memory_size)); });
  return metrics;
}

}  // namespace

void require_namespace(const std::string& text) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".-_/#: ").find(c) != std::string_view::npos;
  };
  if (text.empty() || text.size() > 255 || !std::all_of(text.begin(), text.end(), is_allowed) ||
      text.find_first_not_of(' ') == std::string::npos || text.front() == ':' || text.starts_with("AWS/"))
    throw std::invalid_argument(
        "1 to 255 letters, digits, spaces and .-_/#: that do not begin with a colon or with AWS/");
}

std::string metric_line(const Usage& usage, const MetricPlace& place, std::chrono::milliseconds since_epoch,
                        const std::string& suffix) {
  Metrics metrics = metrics_of(usage, suffix);
  std::vector<std::string> dimensions;
  std::vector<Dict::Item> items = metrics.take_values();
  for (const auto& [name, value] : place.dimensions) {
    if (value.empty()) continue;
    dimensions.push_back(name);
    items.emplace_back(name, clip_utf8(value, max_dimension));
  }
  Value directive = Dict({{"Namespace", place.name_space},
                          {"Dimensions", List{Value(dimensions)}},
                          {"Metrics", metrics.take_definitions()}});
  Value head = Dict({{"Timestamp", whole(static_cast<std::uint64_t>(since_epoch.count()))},
                     {"CloudWatchMetrics", List{std::move(directive)}}});
  items.insert(items.begin(), {"_aws", std::move(head)});
  return python_json_in_order(Dict(std::move(items)));
}

}  // namespace sm_train
