#include "sm_train/contract/usage.hpp"

#include "catch.hpp"

using namespace sm_train;
using namespace std::chrono_literals;

TEST_CASE("usage is what the counters tell of the time between two moments") {
  const UsageCounters before = {.time = 100s,
                                .cpu_time = 50s,
                                .memory_used = 100,
                                .network_received = 1000,
                                .network_sent = 0,
                                .disk_read = 7};
  const UsageCounters after = {.time = 110s,
                               .cpu_time = 70s,
                               .memory_used = 300,
                               .memory_limit = 1200,
                               .network_received = 3000,
                               .network_sent = 5,
                               .disk_written = 7,
                               .disks = {{.name = "Model", .used = 1, .size = 2}}};
  const Usage usage = usage_over({before, after}, 4);
  CHECK(usage.cpu_utilization == 50.0);  // 20 s of 4 times 10 s
  CHECK(usage.memory_used == 300);
  CHECK(usage.memory_utilization == 25.0);
  CHECK(usage.network_receive_rate == 200.0);
  CHECK(usage.network_transmit_rate == 0.5);
  CHECK_FALSE(usage.disk_read_rate.has_value());   // no longer known
  CHECK_FALSE(usage.disk_write_rate.has_value());  // not known before
  CHECK(usage.disks.size() == 1);
}

TEST_CASE("what cannot be counted is left out, and never more than everything") {
  CHECK_FALSE(usage_over({{.time = 1s, .cpu_time = 5s}, {.time = 2s, .cpu_time = 4s}}, 1).cpu_utilization);
  CHECK_FALSE(usage_over({{.time = 1s, .cpu_time = 5s}, {.time = 1s, .cpu_time = 6s}}, 1).cpu_utilization);
  CHECK_FALSE(usage_over({{.time = 1s, .network_sent = 5}, {.time = 2s, .network_sent = 4}}, 1)
                  .network_transmit_rate);
  CHECK(usage_over({{.time = 1s, .cpu_time = 5s}, {.time = 2s, .cpu_time = 7s}}, 1).cpu_utilization == 100.0);
}

TEST_CASE("over several moments memory counts at its most, and a GPU's utilization in the mean") {
  const auto moment = [](std::chrono::seconds time, std::uint64_t memory, double gpu) {
    return UsageCounters{.time = time,
                         .memory_used = memory,
                         .gpus = {{.utilization = gpu, .memory_used = memory, .memory_size = 100}}};
  };
  const Usage usage = usage_over({moment(1s, 5, 100), moment(2s, 90, 40), moment(3s, 7, 60)}, 1);
  CHECK(usage.memory_used == 90);
  REQUIRE(usage.gpus.size() == 1);
  CHECK(usage.gpus[0].utilization == 50.0);
  CHECK(usage.gpus[0].memory_used == 90);
}

TEST_CASE("a peak is the larger one of each number") {
  const Usage one = {.cpu_utilization = 10.0,
                     .disk_read_rate = 5.0,
                     .disks = {{.name = "Model", .used = 8, .size = 10}},
                     .gpus = {{.utilization = 1, .memory_used = 9, .memory_size = 10}}};
  const Usage other = {.cpu_utilization = 20.0,
                       .memory_used = 3,
                       .disks = {{.name = "Model", .used = 2, .size = 10}},
                       .gpus = {{.utilization = 2, .memory_used = 8, .memory_size = 10}, {.utilization = 7}}};
  const Usage peak = peak_of(one, other);
  CHECK(peak.cpu_utilization == 20.0);
  CHECK(peak.memory_used == 3);
  CHECK(peak.disk_read_rate == 5.0);
  CHECK(peak.disks.at(0).used == 8);
  REQUIRE(peak.gpus.size() == 2);
  CHECK(peak.gpus[0].utilization == 2);
  CHECK(peak.gpus[0].memory_used == 9);
  CHECK(peak.gpus[1].utilization == 7);
}
