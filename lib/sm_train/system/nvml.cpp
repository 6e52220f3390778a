#include "sm_train/system/nvml.hpp"

#include <dlfcn.h>

namespace sm_train {

namespace {

// NVML's types and functions are spelt out, since the driver must not be there at build time. All functions
// give 0 for success.
using Device = void*;

struct Utilization {
  unsigned gpu;
  unsigned memory;
};

struct Memory {
  unsigned long long total;
  unsigned long long free;
  unsigned long long used;
};

}  // namespace

struct Nvml::Driver {
  std::unique_ptr<void, int (*)(void*)> library{::dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL),
                                                &::dlclose};
  int (*init)() = find<int()>("nvmlInit_v2");
  int (*shut_down)() = find<int()>("nvmlShutdown");
  int (*get_count)(unsigned*) = find<int(unsigned*)>("nvmlDeviceGetCount_v2");
  int (*get_device)(unsigned, Device*) = find<int(unsigned, Device*)>("nvmlDeviceGetHandleByIndex_v2");
  int (*get_utilization)(Device,
                         Utilization*) = find<int(Device, Utilization*)>("nvmlDeviceGetUtilizationRates");
  int (*get_memory)(Device, Memory*) = find<int(Device, Memory*)>("nvmlDeviceGetMemoryInfo");

  template <typename Function>
  Function* find(const char* name) const {
    return library ? reinterpret_cast<Function*>(::dlsym(library.get(), name)) : nullptr;
  }

  bool is_there() const {
    return init && shut_down && get_count && get_device && get_utilization && get_memory && init() == 0;
  }
};

Nvml::Nvml() : driver_(std::make_unique<Driver>()) {
  if (!driver_->is_there()) driver_.reset();
}

Nvml::~Nvml() {
  if (driver_) driver_->shut_down();
}

std::vector<GpuUsage> Nvml::read() const {
  std::vector<GpuUsage> gpus;
  unsigned count = 0;
  if (!driver_ || driver_->get_count(&count) != 0) return gpus;
  for (unsigned index = 0; index < count; ++index) {
    Device device = nullptr;
    Utilization utilization = {};
    Memory memory = {};
    if (driver_->get_device(index, &device) != 0 || driver_->get_memory(device, &memory) != 0) continue;
    gpus.push_back({.memory_used = memory.used, .memory_size = memory.total});
    // Not every kind of GPU tells it (a part of one, MIG, does not).
    if (driver_->get_utilization(device, &utilization) == 0)
      gpus.back().utilization = static_cast<double>(utilization.gpu);
  }
  return gpus;
}

}  // namespace sm_train
