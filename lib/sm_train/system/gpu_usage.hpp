#pragma once

#include <functional>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/usage.hpp"

namespace sm_train {

/// Gives the usage of each GPU that the container has, now. One that gives no answer is left out.
using ReadGpuUsage = std::function<std::vector<GpuUsage>()>;

/// By the driver's library (Nvml), and by nvidia-smi of env's PATH where that cannot be loaded.
ReadGpuUsage gpu_usage_reader(const EnvVars& env);

}  // namespace sm_train
