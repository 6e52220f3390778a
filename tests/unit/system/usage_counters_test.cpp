#include "sm_train/system/usage_counters.hpp"

#include <unistd.h>

#include "catch.hpp"
#include "sm_train/system/files.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;
using namespace std::chrono_literals;

namespace {

/// The kernel's files, as a test writes them.
struct Kernel {
  TempDir directory;
  KernelFiles files = {.proc = directory.path() / "proc", .sys = directory.path() / "sys"};

  void proc(const std::string& path, const std::string& text) const { put_file(files.proc / path, text); }
  void sys(const std::string& path, const std::string& text) const { put_file(files.sys / path, text); }
  UsageCounters read() const { return read_usage_counters({}, files); }
};

}  // namespace

TEST_CASE("a container's usage is that of its cgroup, version 2") {
  const Kernel kernel;
  kernel.proc("self/cgroup", "0::/job\n");
  kernel.sys("fs/cgroup/job/cpu.stat", "usage_usec 2500000\nuser_usec 1\n");
  kernel.sys("fs/cgroup/job/memory.current", "1000000\n");
  kernel.sys("fs/cgroup/job/memory.stat", "anon 1\ninactive_file 400000\nactive_file 7\n");
  kernel.sys("fs/cgroup/job/memory.max", "2000000\n");
  kernel.sys("fs/cgroup/job/io.stat", "8:0 rbytes=10 wbytes=20 rios=1\n8:16 rbytes=1 wbytes=2 dios=9\n");
  kernel.proc("meminfo", "MemTotal: 4000 kB\nMemFree: 1 kB\nMemAvailable: 1000 kB\n");
  auto counters = kernel.read();
  CHECK(counters.cpu_time == 2500000us);
  CHECK(counters.memory_used == 600000);
  CHECK(counters.memory_limit == 2000000);
  CHECK(counters.disk_read == 11);
  CHECK(counters.disk_written == 22);
  kernel.sys("fs/cgroup/job/memory.max", "max\n");
  counters = kernel.read();
  CHECK(counters.memory_limit == 4000 * 1024);
}

TEST_CASE("the same of version 1, whose limit may be no limit") {
  const Kernel kernel;
  kernel.proc("self/cgroup", "5:cpu,cpuacct:/job\n3:memory:/job\n");
  kernel.sys("fs/cgroup/cpuacct/cpuacct.usage", "2500000000\n");
  kernel.sys("fs/cgroup/memory/memory.usage_in_bytes", "1000000\n");
  kernel.sys("fs/cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 400000\n");
  kernel.sys("fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  kernel.proc("meminfo", "MemTotal: 4000 kB\n");
  const auto counters = kernel.read();
  CHECK(counters.cpu_time == 2500000us);
  CHECK(counters.memory_used == 600000);
  CHECK(counters.memory_limit == 4000 * 1024);
}

TEST_CASE("without a cgroup of its own the machine's counts") {
  const Kernel kernel;
  kernel.proc("self/cgroup", "0::/\n");
  kernel.proc("stat", "cpu  100 20 30 9999 8888 4 5 6 7 8\ncpu0 1 2 3\n");
  kernel.proc("meminfo", "MemTotal: 4000 kB\nMemFree: 1 kB\nMemAvailable: 1000 kB\n");
  kernel.proc("diskstats",
              "   8       0 sda 1 2 10 4 5 6 20 8\n   8       1 sda1 1 2 10 4 5 6 20 8\n 253 0 dm-0 1 2 10 4 "
              "5 6 20 8\n");
  kernel.sys("block/sda/device/model", "disk");
  kernel.sys("block/dm-0/dm/name", "volume");
  const auto counters = kernel.read();
  const auto ticks = std::chrono::microseconds(159 * 1000000LL / ::sysconf(_SC_CLK_TCK));
  CHECK(counters.cpu_time == ticks);
  CHECK(counters.memory_used == 3000 * 1024);
  CHECK(counters.memory_limit == 4000 * 1024);
  CHECK(counters.disk_read == 10 * 512);
  CHECK(counters.disk_written == 20 * 512);
}

TEST_CASE("the network is that of all interfaces but the loopback") {
  const Kernel kernel;
  kernel.proc("net/dev",
              "Inter-|   Receive                            |  Transmit\n"
              " face |bytes    packets errs drop fifo frame compressed multicast|bytes packets errs\n"
              "    lo: 5000 1 0 0 0 0 0 0 5000 1 0\n"
              "  eth0: 100 1 0 0 0 0 0 0 200 1 0\n"
              "ethwe:1 1 0 0 0 0 0 0 2 1 0\n");
  const auto counters = kernel.read();
  CHECK(counters.network_received == 101);
  CHECK(counters.network_sent == 202);
}

TEST_CASE("what is not there or makes no sense is left out") {
  const Kernel kernel;
  kernel.proc("self/cgroup", "nonsense\n");
  kernel.proc("stat", "cpu x\n");
  kernel.proc("meminfo", "MemTotal: much kB\n");
  kernel.proc("net/dev", "eth0: 1 2\n");
  const auto counters = kernel.read();
  CHECK_FALSE(counters.cpu_time);
  CHECK_FALSE(counters.memory_used);
  CHECK_FALSE(counters.memory_limit);
  CHECK_FALSE(counters.network_received);
  CHECK_FALSE(counters.disk_read);
}

TEST_CASE("a directory that is not made yet lies on its parent's file system") {
  const TempDir directory;
  const auto counters =
      read_usage_counters({{"Model", directory.path() / "not/yet"}, {"Tmp", directory.path()}},
                          {.proc = "/none", .sys = "/none"});
  REQUIRE(counters.disks.size() == 2);
  CHECK(counters.disks[0].name == "Model");
  CHECK(counters.disks[0].size == counters.disks[1].size);
  CHECK(counters.disks[0].used > 0);
}

TEST_CASE("this machine tells its usage") {
  const auto counters = read_usage_counters({});
  CHECK(counters.cpu_time > 0us);
  CHECK(counters.memory_used > 0U);
  CHECK(counters.memory_used <= counters.memory_limit);
}
