#include "sm_train/contract/summary.hpp"

#include "catch.hpp"

using namespace sm_train;

namespace {

Environment environment_of(std::vector<std::string> hosts, const std::string& current_host) {
  Environment e;
  e.hosts = std::move(hosts);
  e.current_host = current_host;
  e.current_instance_type = "ml.m5.xlarge";
  return e;
}

std::vector<std::string> summary_of(const Environment& environment) {
  const Command program = {
      .argv = {"python3", "train.py", "--lr", "0.1", "--api-token", "t0ps3cret", "it's a secret"}};
  const Timings timings = {{"load", std::chrono::milliseconds(1)}, {"fetch", std::chrono::milliseconds(212)}};
  const Secrets secrets(EnvVars{{"DB_PASSWORD", "it's a secret"}});
  return summary({.environment = environment,
                  .code = "/opt/ml/code as it was",
                  .program = program,
                  .timings = timings,
                  .secrets = secrets});
}

}  // namespace

TEST_CASE("the summary says which job runs where, with what, from where and how, and masks secrets") {
  Environment e = environment_of({"algo-1", "algo-2"}, "algo-2");
  e.job_name = "demo-1";
  e.sagemaker_job_name = "of the SDK";
  e.channel_input_dirs = {{"train", "/a"}, {"test", "/b"}};
  e.machine = {.num_cpus = 8, .affinity_cpus = 4, .quota_cpus = 1.5, .num_gpus = 1};
  CHECK(summary_of(e) == std::vector<std::string>{
                             "job demo-1, host algo-2 (ml.m5.xlarge, 2 of 2: algo-1, algo-2)",
                             "with 8 CPUs (affinity 4) (quota 1.5), 1 GPU; channels train, test",
                             "code from /opt/ml/code as it was",
                             "ready in 0.213 s: load 0.001, fetch 0.212",
                             "running python3 train.py --lr 0.1 --api-token ****** '******'",
                         });
}

TEST_CASE("the summary takes the job's name from its hyperparameters where the platform gives none") {
  Environment e = environment_of({"algo-1"}, "algo-1");
  e.sagemaker_job_name = "demo\n1";
  CHECK(summary_of(e)[0] == "job demo 1, host algo-1 (ml.m5.xlarge)");
}

TEST_CASE("the summary leaves out what there is nothing to say of") {
  const auto lines = summary_of(environment_of({"algo-1"}, "algo-1"));
  CHECK(lines[0] == "host algo-1 (ml.m5.xlarge)");
  CHECK(lines[1] == "with 1 CPU, 0 GPUs; no channels");
}

TEST_CASE("of many hosts the summary names the first") {
  std::vector<std::string> hosts;
  for (int i = 1; i <= 100; ++i) hosts.push_back("algo-" + std::to_string(i));
  CHECK(summary_of(environment_of(hosts, "algo-77"))[0] ==
        "host algo-77 (ml.m5.xlarge, 77 of 100: algo-1, algo-2, algo-3, algo-4, algo-5, algo-6, algo-7, "
        "algo-8, ...)");
}
