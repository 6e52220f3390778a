#include "sm_train/system/machine.hpp"

#include <filesystem>

#include "catch.hpp"
#include "sm_train/system/capture.hpp"
#include "sm_train/system/cgroup.hpp"
#include "sm_train/system/cuda.hpp"
#include "sm_train/system/executable.hpp"
#include "support/write_in.hpp"

using namespace sm_train;
using test::write_in;
namespace fs = std::filesystem;

namespace {

std::string path_with(const TempDir& directory) {
  return directory.path().native() + ":/usr/bin:/bin";
}

}  // namespace

TEST_CASE("a cgroup's quota is CPUs' worth of time, of version 2 or 1") {
  const TempDir none;
  CHECK_FALSE(cgroup_cpu_quota(none.path()));
  const TempDir v2;
  write_in(v2, "cpu.max", "150000 100000\n");
  CHECK(cgroup_cpu_quota(v2.path()) == 1.5);
  write_in(v2, "cpu.max", "max 100000\n");
  CHECK_FALSE(cgroup_cpu_quota(v2.path()));
  const TempDir v1;
  write_in(v1, "cpu/cpu.cfs_quota_us", "50000\n");
  write_in(v1, "cpu/cpu.cfs_period_us", "100000\n");
  CHECK(cgroup_cpu_quota(v1.path()) == 0.5);
  write_in(v1, "cpu/cpu.cfs_quota_us", "-1\n");
  CHECK_FALSE(cgroup_cpu_quota(v1.path()));
}

TEST_CASE("nvidia-smi is asked where neither runtime nor driver can say") {
  if (count_cuda_devices()) {
    WARN("skipped: this machine has a GPU driver, so nvidia-smi is not asked");
    return;
  }
  const TempDir bin;
  const EnvVars env = {{"PATH", path_with(bin)}};
  write_in(bin, "nvidia-smi",
           "#!/bin/sh\n[ \"$1\" = --list-gpus ] && printf 'GPU 0: a\\n  MIG 1g\\nGPU 1: b\\n'\n", 0755);
  CHECK(get_available_gpus(env) == 2);
  write_in(bin, "nvidia-smi", "#!/bin/sh\necho 'GPU 0: x'\nexit 9\n", 0755);
  CHECK(get_available_gpus(env) == 0);
  write_in(bin, "nvidia-smi", "no program", 0644);
  CHECK(get_available_gpus(env) == 0);
}

TEST_CASE("Neuron cores are added up over the devices, and nonsense counts as none") {
  const TempDir bin;
  const EnvVars env = {{"PATH", path_with(bin)}};
  CHECK(inspect(env).num_neurons == 0);
  write_in(bin, "neuron-ls",
           "#!/bin/sh\necho '[{\"nc_count\": 2}, {\"nc_count\": 4}, {}, {\"nc_count\": \"x\"}, 7]'\n", 0755);
  CHECK(inspect(env).num_neurons == 6);
  write_in(bin, "neuron-ls", "#!/bin/sh\necho oops\n", 0755);
  CHECK(inspect(env).num_neurons == 0);
}

TEST_CASE("SageMaker's own launchers are seen on PATH") {
  const TempDir bin;
  write_in(bin, "smddprun", "#!/bin/sh\n", 0755);
  const Machine machine = inspect({{"PATH", path_with(bin)}});
  CHECK(machine.smddprun_installed);
  CHECK_FALSE(machine.smddpmprun_installed);
  CHECK(machine.num_cpus >= machine.affinity_cpus);
}

TEST_CASE("an executable is found on PATH in its order, past what cannot be executed") {
  const TempDir first;
  const TempDir second;
  const EnvVars env = {{"PATH", first.path().native() + "::" + second.path().native()}};
  CHECK_FALSE(find_executable("x", env));
  CHECK_FALSE(find_executable("x", {}));
  const fs::path there = write_in(second, "x", "", 0755);
  write_in(first, "x", "", 0644);
  CHECK(find_executable("x", env) == there);
}

TEST_CASE("what a command writes is captured only where it ends well and in time") {
  const EnvVars env = {{"PATH", "/usr/bin:/bin"}};
  const auto sh = [&](const std::string& script, std::chrono::milliseconds limit = std::chrono::seconds(60)) {
    return capture_output({.argv = {"sh", "-c", script}, .env = env, .cwd = {}}, limit);
  };
  CHECK(sh("echo out; echo err >&2") == "out\n");
  CHECK_FALSE(sh("echo out; exit 1"));
  CHECK_FALSE(sh("echo out; kill -9 $$"));
  CHECK_FALSE(sh("exec sleep 600", std::chrono::milliseconds(50)));
  CHECK_FALSE(capture_output({.argv = {"/no/such/program"}, .env = env, .cwd = {}}, std::chrono::seconds(1)));
}
