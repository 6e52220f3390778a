#include "sm_train/distributed/distribution.hpp"

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/distributed/cluster.hpp"

using namespace sm_train;

namespace {

Environment with(std::vector<Dict::Item> framework) {
  Environment environment;
  environment.current_host = "algo-1";
  environment.hosts = {"algo-1", "algo-2"};
  environment.additional_framework_parameters = Dict(std::move(framework));
  return environment;
}

}  // namespace

TEST_CASE("the engine is the one that the job turns on") {
  CHECK(choose_distribution(with({})) == Distribution::none);
  CHECK(choose_distribution(with({{"sagemaker_mpi_enabled", true}})) == Distribution::mpi);
  CHECK(choose_distribution(with({{"sagemaker_torch_distributed_enabled", true}})) == Distribution::torchrun);
  CHECK(choose_distribution(with({{"sagemaker_pytorch_ddp_enabled", true}})) == Distribution::torchrun);
  for (const Value& off : {Value(false), Value("False"), Value("false"), Value(0), Value()})
    CHECK(choose_distribution(with({{"sagemaker_mpi_enabled", off}})) == Distribution::none);
}

TEST_CASE("two engines at once are refused, and one that is named twice is not") {
  CHECK_THROWS_AS(choose_distribution(
                      with({{"sagemaker_mpi_enabled", true}, {"sagemaker_torch_distributed_enabled", true}})),
                  Error);
  CHECK(choose_distribution(with({{"sagemaker_torch_distributed_enabled", true},
                                  {"sagemaker_pytorch_ddp_enabled", true}})) == Distribution::torchrun);
}

TEST_CASE("a host of another instance group runs the program by itself") {
  Environment environment = with({{"sagemaker_mpi_enabled", true}});
  environment.distribution_hosts = {"algo-2"};
  CHECK(choose_distribution(environment) == Distribution::none);
  CHECK_THROWS_AS(cluster_of(environment).rank(), Error);
}

TEST_CASE("there is a process for each GPU or Neuron core, else one, or as many as the job says") {
  Environment environment = with({});
  CHECK(cluster_of(environment).processes_per_host == 1);
  environment.machine.num_gpus = 8;
  CHECK(cluster_of(environment).processes_per_host == 8);
  CHECK(cluster_of(environment, 3).processes_per_host == 3);
}

TEST_CASE("a number that is none is told by its name") {
  CHECK(framework_count(with({{"n", 4}}), "n") == 4);
  CHECK(framework_count(with({{"n", "4"}}), "n") == 4);
  CHECK(framework_count(with({{"n", Value()}}), "n") == 0);
  for (const Value& bad : {Value(0), Value(-1), Value("many"), Value(1.5)})
    CHECK_THROWS_WITH(framework_count(with({{"n", bad}}), "n"), Catch::Contains("n is"));
}
