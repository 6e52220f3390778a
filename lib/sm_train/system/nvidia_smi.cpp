#include "sm_train/system/nvidia_smi.hpp"

#include <chrono>
#include <sstream>
#include <string>

#include "sm_train/system/capture.hpp"

namespace sm_train {

namespace {

// It takes seconds where many GPUs are not in persistence mode.
constexpr std::chrono::seconds longest_count{30};
constexpr std::chrono::seconds longest_look{8};  // within the time from one look to the next

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;

std::optional<std::string> ask(std::vector<std::string> arguments, const EnvVars& env,
                               std::chrono::seconds limit, const Interrupt& interrupt) {
  arguments.insert(arguments.begin(), "nvidia-smi");
  return capture_output({.argv = std::move(arguments), .env = env, .cwd = {}}, limit, interrupt);
}

/// A line is "37, 1024, 16384"; what is not known is a word in brackets.
std::optional<GpuUsage> parse_usage(const std::string& line) {
  std::istringstream fields(line);
  std::string utilization;
  std::uint64_t used = 0;
  std::uint64_t size = 0;
  char comma = 0;
  if (!std::getline(fields, utilization, ',') || !(fields >> used >> comma >> size)) return std::nullopt;
  GpuUsage usage = {.memory_used = used * mebibyte, .memory_size = size * mebibyte};
  if (double percent = 0; std::istringstream(utilization) >> percent) usage.utilization = percent;
  return usage;
}

}  // namespace

std::optional<int> count_gpus_of_nvidia_smi(const EnvVars& env, const Interrupt& interrupt) {
  const auto listing = ask({"--list-gpus"}, env, longest_count, interrupt);
  if (!listing) return std::nullopt;
  int count = 0;
  std::istringstream lines(*listing);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("GPU ")) ++count;
  return count;
}

std::vector<GpuUsage> ask_nvidia_smi_for_usage(const EnvVars& env) {
  std::vector<GpuUsage> gpus;
  const auto table =
      ask({"--query-gpu=utilization.gpu,memory.used,memory.total", "--format=csv,noheader,nounits"}, env,
          longest_look, {});
  std::istringstream lines(table.value_or(""));
  for (std::string line; std::getline(lines, line);)
    if (const auto usage = parse_usage(line)) gpus.push_back(*usage);
  return gpus;
}

}  // namespace sm_train
