#pragma once

#include <memory>
#include <vector>

#include "sm_train/contract/usage.hpp"

namespace sm_train {

/// The driver's own view of the GPUs, through its libnvidia-ml.so.1. It makes no CUDA context, so it takes
/// nothing from a program, and sees all that the container has, whatever CUDA_VISIBLE_DEVICES says.
/// Source: NVML API Reference, https://docs.nvidia.com/deploy/nvml-api/
class Nvml {
 public:
  /// Finds the driver. Without one there are no GPUs, which is no error.
  Nvml();
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;
  Nvml(Nvml&&) = delete;
  Nvml& operator=(Nvml&&) = delete;
  ~Nvml();

  bool is_there() const { return driver_ != nullptr; }

  /// Each GPU now. One that gives no answer is left out.
  std::vector<GpuUsage> read() const;

 private:
  struct Driver;
  std::unique_ptr<Driver> driver_;
};

}  // namespace sm_train
