#include "sm_train/system/machine.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <sched.h>
#include <unistd.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/capture.hpp"
#include "sm_train/system/cgroup.hpp"
#include "sm_train/system/executable.hpp"
#include "sm_train/system/json.hpp"
#include "sm_train/system/nvidia_smi.hpp"

#ifndef SM_TRAIN_STATIC
#include "sm_train/system/cuda.hpp"
#else
#include "sm_train/system/gpu_files.hpp"
#endif

namespace sm_train {

namespace {

constexpr std::chrono::seconds neuron_ls_limit{30};

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
  const auto listing =
      capture_output({.argv = {"neuron-ls", "-j"}, .env = env, .cwd = {}}, neuron_ls_limit, interrupt);
  return listing ? count_neuron_cores(*listing) : 0;
}

std::optional<int> count_driver_gpus([[maybe_unused]] const EnvVars& env) {
#ifndef SM_TRAIN_STATIC
  return count_cuda_devices();
#else
  return count_gpu_files(env);
#endif
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
  if (const auto count = count_driver_gpus(env)) return *count;
  return count_gpus_of_nvidia_smi(env, interrupt).value_or(0);
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
