#pragma once

#include <functional>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/usage.hpp"

namespace sm_train {

struct GpuUsageReader {
  /// Gives the usage of each GPU that the container has, now. One that gives no answer is left out.
  std::function<std::vector<GpuUsage>()> read;
  bool is_quick = true;  ///< a millisecond; else a tool is started, which may take seconds
};

/// By the driver's library (Nvml), and by nvidia-smi of env's PATH where that cannot be loaded.
GpuUsageReader gpu_usage_reader(const EnvVars& env);

}  // namespace sm_train
