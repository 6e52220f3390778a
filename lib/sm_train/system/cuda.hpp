#pragma once

#include <optional>

namespace sm_train {

/// The number of CUDA devices, by the runtime where sm-train was built with it, else by the driver's
/// libcuda.so.1. Nothing where neither can say: no driver. A runtime that is newer than the driver cannot
/// say, so the driver is asked too.
std::optional<int> count_cuda_devices();

}  // namespace sm_train
