#pragma once

#include <optional>
#include <string>

#include "sm_train/contract/command.hpp"
#include "sm_train/stages/doctor/finding.hpp"
#include "sm_train/system/cuda.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// A version of CUDA; 0.0: not known.
struct CudaVersion {
  int major = 0;
  int minor = 0;
  auto operator<=>(const CudaVersion&) const = default;
};

/// "12.4.1" is 12.4; nothing where the text does not begin with such a version.
std::optional<CudaVersion> parse_cuda_version(std::string_view text);

/// What a container has of GPUs, and of what programs reach them with.
struct GpuFacts {
  std::string instance_type;           ///< "ml.p4d.24xlarge"; empty: not known
  std::optional<CudaDriver> driver;    ///< as its library says
  int listed = 0;                      ///< GPUs that nvidia-smi lists, where the library does not count them
  CudaVersion listed_version;          ///< the newest that the driver supports, as nvidia-smi says
  std::string kernel_module;           ///< its version: "535.104.05"; empty: it is not loaded
  CudaVersion of_image;                ///< the runtime's
  std::string of_image_source;         ///< what names it: "CUDA_VERSION"
  std::optional<std::string> visible;  ///< CUDA_VISIBLE_DEVICES, where it is set
  bool has_neuron_device = false;
};

/// Asks the driver, nvidia-smi where the driver does not say, and looks at the image.
GpuFacts gpu_facts(const std::string& instance_type, const EnvVars& env, const Interrupt& interrupt);

/// Whether the instance type has GPUs, and a driver that supports the image's CUDA.
Finding check_gpus(const GpuFacts& facts);

}  // namespace sm_train
