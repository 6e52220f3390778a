#include "sm_train/stages/job_plan.hpp"

#include "catch.hpp"
#include "sm_train/system/json.hpp"

using namespace sm_train;

namespace {

HostPlan starting(const std::string& host, std::vector<std::string> argv) {
  return {
      .host = host, .command = {.argv = std::move(argv), .env = {}, .cwd = "/opt/ml/code"}, .waits_for = ""};
}

HostPlan waiting(const std::string& host, const std::string& master) {
  return {.host = host, .command = {}, .waits_for = master};
}

}  // namespace

TEST_CASE("each host has its block, with its command quoted for a shell") {
  const JobPlan plan = {
      .distribution = Distribution::torchrun,
      .hosts = {starting("algo-1", {"torchrun", "0", "a b"}), starting("algo-2", {"torchrun", "1", "a b"})},
      .notes = {}};
  CHECK(job_plan_text(plan, {}) ==
        "algo-1, in /opt/ml/code:\n  torchrun 0 'a b'\nalgo-2, in /opt/ml/code:\n  torchrun 1 'a b'\n");
}

TEST_CASE("a row of hosts that do the same is one block") {
  JobPlan plan = {.distribution = Distribution::mpi, .hosts = {starting("a", {"mpirun"})}, .notes = {}};
  plan.hosts.push_back(waiting("b", "a"));
  CHECK(job_plan_text(plan, {}) == "a, in /opt/ml/code:\n  mpirun\nb: waits for a\n");
  plan.hosts.push_back(waiting("c", "a"));
  CHECK(job_plan_text(plan, {}) == "a, in /opt/ml/code:\n  mpirun\nb and c: wait for a\n");
  plan.hosts.push_back(waiting("d", "a"));
  CHECK(job_plan_text(plan, {}) == "a, in /opt/ml/code:\n  mpirun\nb to d (3 hosts): wait for a\n");
  plan.hosts.push_back(waiting("e", "d"));
  CHECK(job_plan_text(plan, {}) ==
        "a, in /opt/ml/code:\n  mpirun\nb to d (3 hosts): wait for a\ne: waits for d\n");
}

TEST_CASE("what stands in a name or a path cannot break the lines of a plan") {
  JobPlan plan = {.distribution = Distribution::none, .hosts = {starting("a\nb", {"p"})}, .notes = {}};
  plan.hosts[0].command.cwd = "/x\x1b[2J";
  CHECK(job_plan_text(plan, {}) == "\"a\\x0ab\", in \"/x\\x1b[2J\":\n  p\n");
}

TEST_CASE("where the working directory is ours it is not told") {
  JobPlan plan = {.distribution = Distribution::none, .hosts = {starting("a", {"p"})}, .notes = {}};
  plan.hosts[0].command.cwd.clear();
  CHECK(job_plan_text(plan, {}) == "a:\n  p\n");
  CHECK(job_plan_json(plan, {}) == R"({"distribution": "none", "hosts": [{"host": "a", "command": ["p"]}]})"
                                   "\n");
}

TEST_CASE("a plan as JSON has each host's words, or whom it waits for") {
  const JobPlan plan = {.distribution = Distribution::mpi,
                        .hosts = {starting("algo-1", {"mpirun", "a b", "\xff"}), waiting("algo-2", "algo-1")},
                        .notes = {"so it is"}};
  CHECK(job_plan_json(plan, {}) ==
        R"({"distribution": "mpi", "hosts": [{"host": "algo-1", "command": ["mpirun", "a b", "\udcff"], )"
        R"("cwd": "/opt/ml/code"}, {"host": "algo-2", "waits_for": "algo-1"}], "notes": ["so it is"]})"
        "\n");
}

TEST_CASE("a plan shows no secret, neither in its text nor in its JSON") {
  const Secrets secrets(EnvVars{{"DB_PASSWORD", "a secret word"}});
  const JobPlan plan = {.distribution = Distribution::none,
                        .hosts = {starting("a", {"p", "--api_key", "s3cr3t", "--dsn", "a secret word"})},
                        .notes = {"from https://u:a secret word@host/"}};
  CHECK(job_plan_text(plan, secrets) ==
        "a, in /opt/ml/code:\n  p --api_key ****** --dsn '******'\nnote: from https://u:******@host/\n");
  CHECK(
      job_plan_json(plan, secrets) ==
      R"({"distribution": "none", "hosts": [{"host": "a", "command": ["p", "--api_key", "******", "--dsn", )"
      R"("******"], "cwd": "/opt/ml/code"}], "notes": ["from https://u:******@host/"]})"
      "\n");
}

TEST_CASE("a word is masked by what stands before it on its own host") {
  const JobPlan plan = {
      .distribution = Distribution::none,
      .hosts = {starting("a", {"p", "--name", "s3cr3t"}), starting("b", {"p", "--api_key", "s3cr3t", "x"}),
                starting("c", {"p"}), starting("d", {"p", "--name", "s3cr3t", "x"})},
      .notes = {}};
  const std::string text = job_plan_text(plan, {});
  CHECK_THAT(text, Catch::Contains("b, in /opt/ml/code:\n  p --api_key ****** x\n"));
  CHECK_THAT(text, Catch::Contains("d, in /opt/ml/code:\n  p --name s3cr3t x\n"));
  const std::string json = job_plan_json(plan, {});
  CHECK_THAT(json, Catch::Contains(R"("b", "command": ["p", "--api_key", "******", "x"])"));
  CHECK_THAT(json, Catch::Contains(R"("d", "command": ["p", "--name", "s3cr3t", "x"])"));
}
