#include "sm_train/system/gpu_usage.hpp"

#include <memory>

#include "sm_train/system/nvidia_smi.hpp"

#ifndef SM_TRAIN_STATIC
#include "sm_train/system/nvml.hpp"
#endif

namespace sm_train {

GpuUsageReader gpu_usage_reader(const EnvVars& env) {
#ifndef SM_TRAIN_STATIC
  if (auto nvml = std::make_shared<Nvml>(); nvml->is_there())
    return {.read = [nvml] { return nvml->read(); }, .is_quick = true};
#endif
  return {.read = [env] { return ask_nvidia_smi_for_usage(env); }, .is_quick = false};
}

}  // namespace sm_train
