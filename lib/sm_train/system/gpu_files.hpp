#pragma once

#include <filesystem>
#include <optional>

#include "sm_train/contract/command.hpp"

namespace sm_train {

/// Where NVIDIA's kernel driver shows itself.
struct GpuFiles {
  std::filesystem::path proc = "/proc";
  std::filesystem::path dev = "/dev";
};

/// The number of devices that the CUDA runtime would find, without loading any library: the GPUs which the
/// driver knows and whose /dev/nvidiaN is here (a container has those that NVIDIA_VISIBLE_DEVICES named),
/// less what env's CUDA_VISIBLE_DEVICES leaves out. Where a part of a GPU (MIG) was given to us that is one
/// device, as CUDA sees one part and then nothing else. Nothing where the driver's files are not here.
/// Source: CUDA C++ Programming Guide, "CUDA Environment Variables"; MIG User Guide, "CUDA Device
/// Enumeration" and "Device Nodes and Capabilities".
std::optional<int> count_gpu_files(const EnvVars& env, const GpuFiles& files = {});

}  // namespace sm_train
