#include "sm_train/contract/summary.hpp"

#include "catch.hpp"

using namespace sm_train;

TEST_CASE("the summary says what runs, where, and with what, in one line") {
  Environment e;
  e.user_entry_point = "train.py";
  e.job_name = "demo-1";
  e.current_host = "algo-2";
  e.hosts = {"algo-1", "algo-2"};
  e.channel_input_dirs = {{"train", "/a"}, {"test", "/b"}};
  e.machine = {.num_cpus = 8, .affinity_cpus = 4, .quota_cpus = 1.5, .num_gpus = 1};
  CHECK(summary(e) ==
        "running train.py of job demo-1 on algo-2 of 2 hosts, with 8 CPUs (affinity 4) (quota 1.5), 1 GPU; "
        "channels train, test");
}

TEST_CASE("the summary leaves out what there is nothing to say of") {
  Environment e;
  e.user_entry_point = "train.sh";
  e.current_host = "algo-1";
  e.hosts = {"algo-1"};
  CHECK(summary(e) == "running train.sh on algo-1 of 1 host, with 1 CPU, 0 GPUs; no channels");
}
