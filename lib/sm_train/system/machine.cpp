#include "sm_train/system/machine.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <sched.h>
#include <string_view>
#include <unistd.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/capture.hpp"
#include "sm_train/system/cgroup.hpp"
#include "sm_train/system/cuda.hpp"
#include "sm_train/system/executable.hpp"
#include "sm_train/system/json.hpp"

namespace sm_train {

namespace {

/// nvidia-smi takes seconds where many GPUs are not in persistence mode.
constexpr std::chrono::seconds device_tool_limit{30};

std::optional<std::string> ask_tool(const std::string& name, const std::string& option, const EnvVars& env,
                                    const Interrupt& interrupt) {
  return capture_output({.argv = {name, option}, .env = env, .cwd = {}}, device_tool_limit, interrupt);
}

int count_lines_starting_with(std::string_view prefix, std::string_view text) {
  int count = 0;
  while (!text.empty()) {
    if (text.starts_with(prefix)) ++count;
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  return count;
}

/// The sum of nc_count over the devices that neuron-ls lists.
int count_neuron_cores(const std::string& listing) try {
  const std::optional<Value> devices = try_parse_json(listing, "neuron-ls");
  int cores = 0;
  if (!devices || !devices->list()) return 0;
  for (const Value& device : *devices->list()) {
    const Value* count = device.dict() ? device.dict()->find("nc_count") : nullptr;
    const auto* number = count ? std::get_if<Integer>(&count->data()) : nullptr;
    if (number && number->digits.size() < 7) cores += std::stoi(number->digits);
  }
  return cores;
} catch (const Error&) {
  return 0;  // nested without end: no listing of devices
}

int get_available_neurons(const EnvVars& env, const Interrupt& interrupt) {
  const auto listing = ask_tool("neuron-ls", "-j", env, interrupt);
  return listing ? count_neuron_cores(*listing) : 0;
}

int count_affinity_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : get_available_cpus();
}

}  // namespace

int get_available_cpus() {
  return static_cast<int>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
}

int get_available_gpus(const EnvVars& env, const Interrupt& interrupt) {
  if (const auto count = count_cuda_devices()) return *count;
  const auto listing = ask_tool("nvidia-smi", "--list-gpus", env, interrupt);
  return listing ? count_lines_starting_with("GPU ", *listing) : 0;
}

Machine inspect(const EnvVars& env, const Interrupt& interrupt) {
  return {.num_cpus = get_available_cpus(),
          .affinity_cpus = count_affinity_cpus(),
          .quota_cpus = cgroup_cpu_quota().value_or(0.0),
          .num_gpus = get_available_gpus(env, interrupt),
          .num_neurons = get_available_neurons(env, interrupt),
          .smddprun_installed = find_executable("smddprun", env).has_value(),
          .smddpmprun_installed = find_executable("smddpmprun", env).has_value()};
}

}  // namespace sm_train
