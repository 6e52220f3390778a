#include "sm_train/system/memory_events.hpp"

#include <fstream>

#include "catch.hpp"
#include "sm_train/system/files.hpp"

using namespace sm_train;
namespace fs = std::filesystem;

namespace {

void write_file(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

}  // namespace

TEST_CASE("out-of-memory kills are counted by the job's cgroup, version 2 or 1") {
  const TempDir directory;
  const auto own = directory.path() / "own";
  const auto mount = directory.path() / "mount";
  SECTION("version 2") {
    write_file(own, "0::/job\n");
    write_file(mount / "job/memory.events", "low 0\nhigh 5\nmax 7\noom 2\noom_kill 3\n");
    write_file(mount / "memory.events", "oom_kill 9\n");
    CHECK(out_of_memory_kills(own, mount) == 3);
  }
  SECTION("version 1, in one line with other controllers") {
    write_file(own, "9:name=systemd:/x\n4:cpu,memory:/job\n0::/\n");
    write_file(mount / "memory/job/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n");
    CHECK(out_of_memory_kills(own, mount) == 4);
  }
  SECTION("a container that sees the host's path and its own cgroup as the root") {
    write_file(own, "0::/docker/0123\n");
    write_file(mount / "memory.events", "oom 1\noom_kill 1\n");
    CHECK(out_of_memory_kills(own, mount) == 1);
  }
  SECTION("nothing to read") {
    write_file(own, "0::/job\nnonsense\n");
    CHECK(out_of_memory_kills(own, mount) == 0);
    CHECK(out_of_memory_kills(directory.path() / "none", mount) == 0);
  }
}
