// Stands in for the NVIDIA driver's libcuda.so.1, which is not to be had on a machine without a GPU: it gives
// what FAKE_CUDA_DEVICES says, and cuInit fails where that is not set.
#include <cstdlib>

extern "C" int cuInit(unsigned /*flags*/) {
  return std::getenv("FAKE_CUDA_DEVICES") != nullptr ? 0 : 100;
}

extern "C" int cuDeviceGetCount(int* count) {
  *count = std::atoi(std::getenv("FAKE_CUDA_DEVICES"));
  return 0;
}
