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

}  // namespace

/// The driver's API is spelt out, since it must not be there at build time. Its functions give 0 for success.
/// Source: CUDA Driver API, "Initialization", "Version Management" and "Device Management".
std::optional<CudaDriver> look_at_cuda_driver() {
  using Library = std::unique_ptr<void, int (*)(void*)>;
  using GetNumber = int (*)(int*);
  const Library library(::dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL), &::dlclose);
  if (!library) return std::nullopt;
  const auto init = reinterpret_cast<int (*)(unsigned)>(::dlsym(library.get(), "cuInit"));
  const auto get_version = reinterpret_cast<GetNumber>(::dlsym(library.get(), "cuDriverGetVersion"));
  const auto get_count = reinterpret_cast<GetNumber>(::dlsym(library.get(), "cuDeviceGetCount"));
  if (!init || !get_count) return std::nullopt;
  CudaDriver driver;
  if (get_version && get_version(&driver.version) != 0) driver.version = 0;
  driver.status = init(0);
  if (driver.status == 0) driver.status = get_count(&driver.devices);
  return driver;
}

std::optional<int> count_cuda_devices() {
  if (const auto count = ask_runtime()) return count;
  const auto driver = look_at_cuda_driver();
  return driver && driver->status == 0 ? std::optional(driver->devices) : std::nullopt;
}

}  // namespace sm_train
