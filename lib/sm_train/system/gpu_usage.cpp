#include "sm_train/system/gpu_usage.hpp"

#include <memory>

#include "sm_train/system/nvidia_smi.hpp"

#ifndef SM_TRAIN_STATIC
#include "sm_train/system/nvml.hpp"
#endif

namespace sm_train {

ReadGpuUsage gpu_usage_reader(const EnvVars& env) {
#ifndef SM_TRAIN_STATIC
  if (auto nvml = std::make_shared<Nvml>(); nvml->is_there()) return [nvml] { return nvml->read(); };
#endif
  return [env] { return ask_nvidia_smi_for_usage(env); };
}

}  // namespace sm_train
