#pragma once

#include <optional>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/usage.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// The GPUs that `nvidia-smi` of env's PATH lists; nothing where it is not there, or fails. A GPU with parts
/// (MIG) counts as one.
std::optional<int> count_gpus_of_nvidia_smi(const EnvVars& env, const Interrupt& interrupt = {});

/// The usage of each of them now; none where it does not say. What a GPU does not tell is left out.
std::vector<GpuUsage> ask_nvidia_smi_for_usage(const EnvVars& env);

}  // namespace sm_train
