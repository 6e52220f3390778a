#pragma once

#include <optional>

namespace sm_train {

/// The number of CUDA devices, by the runtime where sm-train was built with it, else by the driver's
/// libcuda.so.1. Nothing where neither can say: no driver. A runtime that is newer than the driver cannot
/// say, so the driver is asked too.
std::optional<int> count_cuda_devices();

/// What the driver's libcuda.so.1 says of itself.
struct CudaDriver {
  int version =
      0;  ///< the newest CUDA that it supports, as 1000 * major + 10 * minor; 0 where it does not say
  int status = 0;  ///< of its start: 0, or CUDA's number of an error (100: there is no device)
  int devices = 0;
};

/// Nothing where there is no such library. Makes no CUDA context.
std::optional<CudaDriver> look_at_cuda_driver();

}  // namespace sm_train
