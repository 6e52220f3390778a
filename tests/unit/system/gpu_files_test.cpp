#include "sm_train/system/gpu_files.hpp"

#include <string>

#include "catch.hpp"
#include "sm_train/system/files.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;
namespace fs = std::filesystem;

namespace {

/// The driver's files, as a test writes them.
struct Driver {
  TempDir directory;
  GpuFiles files = {.proc = directory.path() / "proc", .dev = directory.path() / "dev"};

  /// A GPU that the driver has, in this container or another one.
  void add(int minor, const std::string& uuid) const {
    put_file(files.proc / "driver/nvidia/gpus" / ("0000:0" + std::to_string(minor) + ":00.0") / "information",
             "Model: \t\t NVIDIA H100\nIRQ:   \t\t 24\nGPU UUID: \t " + uuid + "\nDevice Minor: \t " +
                 std::to_string(minor) + "\nGPU Excluded:\t No\n");
  }
  void give(int minor) const { put_file(files.dev / ("nvidia" + std::to_string(minor)), ""); }

  void add_part(int gpu, const std::string& instance, int capability) const {
    put_file(files.proc / "driver/nvidia/capabilities" / ("gpu" + std::to_string(gpu)) / "mig" / instance /
                 "access",
             "DeviceFileMinor: " + std::to_string(capability) + "\nDeviceFileMode: 292\n");
  }
  void give_part(int capability) const {
    put_file(files.dev / "nvidia-caps" / ("nvidia-cap" + std::to_string(capability)), "");
  }

  std::optional<int> count() const { return count_gpu_files({}, files); }
  std::optional<int> count_with(const std::string& visible) const {
    return count_gpu_files({{"CUDA_VISIBLE_DEVICES", visible}}, files);
  }
};

}  // namespace

TEST_CASE("without the driver's files nothing is known") {
  const Driver driver;
  CHECK_FALSE(driver.count());
}

TEST_CASE("the GPUs are those of the driver whose device is in this container") {
  const Driver driver;
  for (int minor = 0; minor < 4; ++minor) driver.add(minor, "GPU-" + std::to_string(minor));
  CHECK(driver.count() == 0);
  driver.give(1);
  driver.give(3);
  driver.give(7);
  put_file(driver.files.dev / "nvidiactl", "");
  CHECK(driver.count() == 2);
}

TEST_CASE("a GPU about which the driver says nothing is none") {
  const Driver driver;
  put_file(driver.files.proc / "driver/nvidia/gpus/0000:01:00.0/registry", "");
  driver.give(0);
  CHECK(driver.count() == 0);
}

TEST_CASE("CUDA_VISIBLE_DEVICES leaves out GPUs as the CUDA runtime reads it") {
  const Driver driver;
  driver.add(0, "GPU-aaaa-1");
  driver.add(1, "GPU-aabb-2");
  driver.add(2, "GPU-bbbb-3");
  for (int minor = 0; minor < 3; ++minor) driver.give(minor);
  CHECK(driver.count_with("0,1,2") == 3);
  CHECK(driver.count_with(" 2 , 0 ") == 2);
  CHECK(driver.count_with("") == 0);
  CHECK(driver.count_with("-1") == 0);
  CHECK(driver.count_with("NoDevFiles") == 0);
  CHECK(driver.count_with("1,3,0") == 1);
  CHECK(driver.count_with("0,-1,1") == 1);
  CHECK(driver.count_with("0,1,0") == 0);
  CHECK(driver.count_with("1st,2nd") == 2);
  CHECK(driver.count_with("99999999999999999999") == 0);
  CHECK(driver.count_with("GPU-bbbb-3,GPU-aaaa-1") == 2);
  CHECK(driver.count_with("GPU-bb,GPU-aab") == 2);
  CHECK(driver.count_with("GPU-bb,GPU-aa,GPU-aab") == 1);
  CHECK(driver.count_with("GPU-cc") == 0);
}

TEST_CASE("of the parts that were given to a container CUDA sees one") {
  const Driver driver;
  for (int minor = 0; minor < 2; ++minor) {
    driver.add(minor, "GPU-" + std::to_string(minor));
    driver.give(minor);
  }
  driver.add_part(0, "gi1", 12);
  driver.add_part(0, "gi1/ci0", 13);
  driver.add_part(1, "gi2", 21);
  driver.add_part(1, "gi2/ci0", 22);
  driver.give_part(12);
  CHECK(driver.count() == 2);
  driver.give_part(13);
  driver.give_part(22);
  CHECK(driver.count() == 1);
  CHECK(driver.count_with("0") == 1);
  CHECK(driver.count_with("MIG-1234,MIG-5678") == 1);
  CHECK(driver.count_with("1") == 0);
  CHECK(driver.count_with("") == 0);
}
