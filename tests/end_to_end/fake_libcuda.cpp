// Stands in for the NVIDIA driver's libcuda.so.1, which is not to be had on a machine without a GPU: it gives
// what FAKE_CUDA_DEVICES and FAKE_CUDA_VERSION say, and cuInit fails with FAKE_CUDA_STATUS, or where no
// devices are set.
#include <cstdlib>

namespace {

int number_in(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::atoi(text);
}

}  // namespace

extern "C" int cuInit(unsigned /*flags*/) {
  return number_in("FAKE_CUDA_STATUS", std::getenv("FAKE_CUDA_DEVICES") != nullptr ? 0 : 100);
}

extern "C" int cuDriverGetVersion(int* version) {
  *version = number_in("FAKE_CUDA_VERSION", 0);
  return 0;
}

extern "C" int cuDeviceGetCount(int* count) {
  *count = number_in("FAKE_CUDA_DEVICES", 0);
  return 0;
}
