#include "sm_train/system/cuda.hpp"

#include <dlfcn.h>
#include <memory>

#ifdef SM_TRAIN_HAS_CUDA
#include <cuda_runtime_api.h>
#endif

namespace sm_train {

namespace {

std::optional<int> ask_runtime() {
#ifdef SM_TRAIN_HAS_CUDA
  int count = 0;
  if (cudaGetDeviceCount(&count) == cudaSuccess) return count;
#endif
  return std::nullopt;
}

/// The driver's API is spelt out, since it must not be there at build time. Both functions give 0 for
/// success. Source: CUDA Driver API, "Initialization" and "Device Management".
std::optional<int> ask_driver() {
  using Library = std::unique_ptr<void, int (*)(void*)>;
  const Library library(::dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL), &::dlclose);
  if (!library) return std::nullopt;
  const auto init = reinterpret_cast<int (*)(unsigned)>(::dlsym(library.get(), "cuInit"));
  const auto get_count = reinterpret_cast<int (*)(int*)>(::dlsym(library.get(), "cuDeviceGetCount"));
  int count = 0;
  if (!init || !get_count || init(0) != 0 || get_count(&count) != 0) return std::nullopt;
  return count;
}

}  // namespace

std::optional<int> count_cuda_devices() {
  if (const auto count = ask_runtime()) return count;
  return ask_driver();
}

}  // namespace sm_train
