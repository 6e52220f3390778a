#include "sm_train/contract/metric_format.hpp"

#include <stdexcept>

#include "catch.hpp"

using namespace sm_train;
using namespace std::chrono_literals;

namespace {

const MetricPlace place = {.name_space = "mine",
                           .dimensions = {{"TrainingJobName", "job-1"}, {"Host", "algo-1"}}};

}  // namespace

TEST_CASE("a line of metrics defines each, and has its value beside the dimensions'") {
  CHECK(
      metric_line({.cpu_utilization = 12.3456, .memory_used = 1024}, place, 1700000000123ms) ==
      R"({"_aws": {"Timestamp": 1700000000123, "CloudWatchMetrics": [{"Namespace": "mine", )"
      R"("Dimensions": [["TrainingJobName", "Host"]], )"
      R"("Metrics": [{"Name": "CPUUtilization", "Unit": "Percent"}, {"Name": "MemoryUsed", "Unit": "Bytes"}]}]}, )"
      R"("CPUUtilization": 12.35, "MemoryUsed": 1024, "TrainingJobName": "job-1", "Host": "algo-1"})");
}

TEST_CASE("each GPU is one value of a metric, and a directory's name is part of its metric's") {
  const Usage usage = {.disks = {{.name = "Model", .used = 1, .size = 4}},
                       .gpus = {{.utilization = 99.5, .memory_used = 8, .memory_size = 16},
                                {.utilization = 0, .memory_used = 4, .memory_size = 16}}};
  const std::string line = metric_line(usage, place, 0ms, "Peak");
  CHECK_THAT(line, Catch::Contains(R"("ModelDiskUsedPeak": 1, "ModelDiskUtilizationPeak": 25.0)"));
  CHECK_THAT(line, Catch::Contains(R"("GPUUtilizationPeak": [99.5, 0.0])"));
  CHECK_THAT(line, Catch::Contains(R"("GPUMemoryUsedPeak": [8, 4])"));
  CHECK_THAT(line, Catch::Contains(R"("GPUMemoryUtilizationPeak": [50.0, 25.0])"));
}

TEST_CASE("a dimension without a value is none") {
  const MetricPlace local = {.name_space = "mine",
                             .dimensions = {{"TrainingJobName", ""}, {"Host", "laptop"}}};
  CHECK_THAT(metric_line({}, local, 0ms), Catch::Contains(R"("Dimensions": [["Host"]])"));
}

TEST_CASE("a namespace is one that CloudWatch takes") {
  for (const char* good : {"sm-train", "my team/training #2", "a:b", "AWS"})
    CHECK_NOTHROW(require_namespace(good));
  for (const std::string& bad :
       {std::string(), std::string(" "), std::string(":a"), std::string("AWS/SageMaker"),
        std::string("caf\xc3\xa9"), std::string("a\nb"), std::string(256, 'x')})
    CHECK_THROWS_AS(require_namespace(bad), std::invalid_argument);
}
