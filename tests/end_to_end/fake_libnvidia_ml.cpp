// Stands in for the NVIDIA driver's libnvidia-ml.so.1, which is not to be had on a machine without a GPU: it
// gives FAKE_NVML_DEVICES GPUs, the nth of which is used to n * 10 percent, and n GiB of 16. nvmlInit_v2
// fails where that is not set, and hangs where it is "hang". FAKE_NVML_LOG names a file that gets a byte for
// each start and end.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace {

constexpr int driver_not_loaded = 9;

int note(char event) {
  const char* file = std::getenv("FAKE_NVML_LOG");
  std::FILE* log = file != nullptr ? std::fopen(file, "a") : nullptr;
  if (log == nullptr) return 0;
  std::fputc(event, log);
  return std::fclose(log);
}

std::uintptr_t number_of(const void* device) {
  return reinterpret_cast<std::uintptr_t>(device);
}

}  // namespace

extern "C" {

int nvmlInit_v2() {
  const char* devices = std::getenv("FAKE_NVML_DEVICES");
  while (devices != nullptr && std::strcmp(devices, "hang") == 0) ::pause();
  return devices != nullptr ? note('+') : driver_not_loaded;
}

int nvmlShutdown() {
  return note('-');
}

int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = static_cast<unsigned>(std::atoi(std::getenv("FAKE_NVML_DEVICES")));
  return 0;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  *device = reinterpret_cast<void*>(std::uintptr_t{index} + 1);
  return 0;
}

int nvmlDeviceGetUtilizationRates(void* device, unsigned (*utilization)[2]) {
  (*utilization)[0] = static_cast<unsigned>(number_of(device) * 10);
  return 0;
}

int nvmlDeviceGetMemoryInfo(void* device, std::uint64_t (*memory)[3]) {
  constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30U;
  (*memory)[0] = 16 * gibibyte;
  (*memory)[2] = number_of(device) * gibibyte;
  return 0;
}
}
