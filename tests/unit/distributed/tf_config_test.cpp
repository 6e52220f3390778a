#include "sm_train/distributed/tf_config.hpp"

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"

using namespace sm_train;

namespace {

constexpr const char* mirrored = "sagemaker_multi_worker_mirrored_strategy_enabled";
constexpr const char* parameter_servers = "sagemaker_parameter_server_enabled";

Environment job(std::vector<std::string> hosts, const std::string& current_host,
                std::vector<Dict::Item> framework) {
  Environment environment;
  environment.current_host = current_host;
  environment.hosts = std::move(hosts);
  environment.additional_framework_parameters = Dict(std::move(framework));
  return environment;
}

}  // namespace

TEST_CASE("each host of the multi-worker mirrored strategy is a worker") {
  CHECK(tf_config(job({"algo-1", "algo-2"}, "algo-2", {{mirrored, true}})) ==
        R"({"cluster":{"worker":["algo-1:8890","algo-2:8890"]},"environment":"cloud",)"
        R"("task":{"index":1,"type":"worker"}})");
}

TEST_CASE(
    "with parameter servers the first host is the chief, the others are workers, and each has a server") {
  const std::string cluster =
      R"({"cluster":{"chief":["algo-1:2222"],"ps":["algo-1:2223","algo-2:2223","algo-3:2223"],)"
      R"("worker":["algo-2:2222","algo-3:2222"]},"environment":"cloud",)";
  const std::vector<std::string> hosts = {"algo-1", "algo-2", "algo-3"};
  CHECK(tf_config(job(hosts, "algo-1", {{parameter_servers, true}})) ==
        cluster + R"("task":{"index":0,"type":"chief"}})");
  CHECK(tf_config(job(hosts, "algo-3", {{parameter_servers, true}})) ==
        cluster + R"("task":{"index":1,"type":"worker"}})");
}

TEST_CASE("a host alone is the chief, without a parameter server") {
  CHECK(tf_config(job({"algo-1"}, "algo-1", {{parameter_servers, true}})) ==
        R"({"cluster":{"chief":["algo-1:2222"]},"environment":"cloud","task":{"index":0,"type":"chief"}})");
}

TEST_CASE("the hosts are those of the instance groups that take part, and others have no TF_CONFIG") {
  Environment environment = job({"algo-1", "algo-2", "algo-3"}, "algo-3", {{mirrored, true}});
  environment.distribution_hosts = {"algo-2", "algo-3"};
  CHECK(tf_config(environment) ==
        R"({"cluster":{"worker":["algo-2:8890","algo-3:8890"]},"environment":"cloud",)"
        R"("task":{"index":1,"type":"worker"}})");
  environment.current_host = "algo-1";
  CHECK(tf_config(environment) == std::nullopt);
}

TEST_CASE("a job that turns neither on has no TF_CONFIG, and one that turns on both is refused") {
  CHECK(tf_config(job({"algo-1"}, "algo-1", {})) == std::nullopt);
  for (const Value& off : {Value(false), Value("False"), Value("false"), Value(0), Value()})
    CHECK(tf_config(job({"algo-1"}, "algo-1", {{mirrored, off}, {parameter_servers, off}})) == std::nullopt);
  CHECK_THROWS_WITH(tf_config(job({"algo-1"}, "algo-1", {{mirrored, true}, {parameter_servers, true}})),
                    Catch::Contains(mirrored) && Catch::Contains(parameter_servers));
}
