#include "sm_train/system/nvidia_smi.hpp"

#include <string>

#include "catch.hpp"
#include "sm_train/system/files.hpp"
#include "support/write_in.hpp"

using namespace sm_train;
using test::write_in;

namespace {

/// nvidia-smi as a script, which finds its arguments in "$*".
struct Tool {
  TempDir bin;
  EnvVars env = {{"PATH", bin.path().native() + ":/usr/bin:/bin"}};

  explicit Tool(const std::string& script) { write_in(bin, "nvidia-smi", "#!/bin/sh\n" + script, 0755); }
};

}  // namespace

TEST_CASE("GPUs are the lines that begin with one, and parts are none of their own") {
  const Tool tool("[ \"$*\" = --list-gpus ] && printf 'GPU 0: a\\n  MIG 1g\\nGPU 1: b\\n'\n");
  CHECK(count_gpus_of_nvidia_smi(tool.env) == 2);
}

TEST_CASE("an nvidia-smi that fails or is not there says nothing") {
  const Tool tool("echo 'GPU 0: x'\nexit 9\n");
  CHECK_FALSE(count_gpus_of_nvidia_smi(tool.env));
  CHECK(ask_nvidia_smi_for_usage(tool.env).empty());
  CHECK_FALSE(count_gpus_of_nvidia_smi({{"PATH", "/nowhere"}}));
  CHECK(ask_nvidia_smi_for_usage({{"PATH", "/nowhere"}}).empty());
}

TEST_CASE("usage is a table of percent and MiB, and what a GPU does not tell is left out") {
  const Tool tool(
      "[ \"$*\" = '--query-gpu=utilization.gpu,memory.used,memory.total --format=csv,noheader,nounits' ] &&\n"
      "printf '37, 1024, 16384\\n[N/A], 3, 4\\n5, [Unknown Error], 7\\noops\\n'\n");
  const auto gpus = ask_nvidia_smi_for_usage(tool.env);
  REQUIRE(gpus.size() == 2);
  CHECK(gpus[0].utilization == 37.0);
  CHECK(gpus[0].memory_used == std::uint64_t{1} << 30U);
  CHECK(gpus[0].memory_size == std::uint64_t{16} << 30U);
  CHECK_FALSE(gpus[1].utilization);
  CHECK(gpus[1].memory_used == std::uint64_t{3} << 20U);
}
