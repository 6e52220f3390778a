#include "sm_train/stages/host_plans.hpp"

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"

using namespace sm_train;
using Words = std::vector<std::string>;

namespace {

const Plan script = {
    .kind = EntryPointKind::python_script,
    .install = {},
    .program = {.argv = {"python3", "train.py"}, .env = {{"SM_HOSTS", "[]"}}, .cwd = "/code"}};

Job job_of(Words hosts, std::vector<Dict::Item> framework = {}) {
  Job job;
  job.hyperparameters.settings.program = "train.py";
  job.hyperparameters.framework = Dict(std::move(framework));
  job.resources.current_host = hosts.front();
  job.resources.hosts = std::move(hosts);
  return job;
}

struct Wish {
  std::optional<Distribution> distribution = std::nullopt;
  std::optional<std::string> host = std::nullopt;
};

JobPlan planned(const Job& job, const Wish& wish = {}, const Plan& program = script, int gpus = 8) {
  return plan_hosts({.job = job,
                     .machine = {.num_gpus = gpus},
                     .paths = {},
                     .program = program,
                     .wanted = wish.distribution,
                     .host = wish.host});
}

/// Where a word stands in a command, the word that follows it.
std::string behind(const HostPlan& plan, const std::string& word) {
  const auto found = std::find(plan.command.argv.begin(), plan.command.argv.end(), word);
  return found == plan.command.argv.end() ? "" : *(found + 1);
}

}  // namespace

TEST_CASE("without an engine each host starts the program by itself, without its variables") {
  const JobPlan plan = planned(job_of({"algo-1", "algo-2"}));
  CHECK(plan.distribution == Distribution::none);
  CHECK(plan.notes.empty());
  REQUIRE(plan.hosts.size() == 2);
  for (const HostPlan& host : plan.hosts) {
    CHECK(host.command.argv == script.program.argv);
    CHECK(host.command.cwd == "/code");
    CHECK(host.command.env.empty());
    CHECK(host.waits_for.empty());
  }
}

TEST_CASE("with torchrun each host starts its own, whichever of them plans it") {
  Job job = job_of({"a", "b", "c"}, {{"sagemaker_torch_distributed_enabled", true}});
  job.resources.current_host = GENERATE("a", "c");
  const JobPlan plan = planned(job);
  CHECK(plan.distribution == Distribution::torchrun);
  REQUIRE(plan.hosts.size() == 3);
  for (std::size_t rank = 0; rank < 3; ++rank) {
    CHECK(behind(plan.hosts[rank], "--node_rank") == std::to_string(rank));
    CHECK(behind(plan.hosts[rank], "--master_addr") == "a");
    CHECK(behind(plan.hosts[rank], "--nproc_per_node") == "8");
  }
}

TEST_CASE("PyTorch XLA's spawner has the same words on each host") {
  const JobPlan plan = planned(job_of({"a", "b"}), {.distribution = Distribution::xla});
  const Words words = {"python3", "-m", "torch_xla.distributed.xla_spawn", "--num_gpus", "8", "train.py"};
  for (const HostPlan& host : plan.hosts) CHECK(host.command.argv == words);
}

TEST_CASE("where Open MPI starts the processes the master has its command, and the others wait") {
  const auto engine = GENERATE(Distribution::mpi, Distribution::smddp);
  const JobPlan plan = planned(job_of({"a", "b"}), {.distribution = engine});
  CHECK(plan.distribution == engine);
  REQUIRE(plan.hosts.size() == 2);
  CHECK(plan.hosts[0].command.argv.front() == "mpirun");
  CHECK(behind(plan.hosts[0], "--host") == "a:8,b:8");
  CHECK(plan.hosts[0].waits_for.empty());
  CHECK(plan.hosts[1].command.argv.empty());
  CHECK(plan.hosts[1].waits_for == "a");
}

TEST_CASE("the job's own options go to mpirun, each engine's to its own") {
  const Job job = job_of({"a", "b"}, {{"sagemaker_mpi_num_processes", 3},
                                      {"sagemaker_mpi_custom_mpi_options", "--verbose"},
                                      {"sagemaker_distributed_dataparallel_custom_mpi_options", "--quiet"}});
  const HostPlan mpi = planned(job, {.distribution = Distribution::mpi}).hosts.front();
  CHECK(behind(mpi, "-np") == "3");
  CHECK(!behind(mpi, "--verbose").empty());
  CHECK(behind(mpi, "--quiet").empty());
  const HostPlan smddp = planned(job, {.distribution = Distribution::smddp}).hosts.front();
  CHECK(behind(smddp, "-np") == "16");
  CHECK(!behind(smddp, "--quiet").empty());
}

TEST_CASE("hosts of an instance group that takes no part start the program by itself") {
  Job job = job_of({"a", "b", "c"}, {{"sagemaker_mpi_enabled", true},
                                     {"sagemaker_distribution_instance_groups", List{"gpu"}}});
  job.resources.instance_groups = {{.name = "cpu", .instance_type = "ml.c5.xlarge", .hosts = {"a"}},
                                   {.name = "gpu", .instance_type = "ml.p4d.24xlarge", .hosts = {"b", "c"}}};
  job.resources.current_group_name = "cpu";
  const JobPlan plan = planned(job);
  CHECK(plan.distribution == Distribution::mpi);
  REQUIRE(plan.hosts.size() == 3);
  CHECK(plan.hosts[0].command.argv == script.program.argv);
  CHECK(behind(plan.hosts[1], "--host") == "b:8,c:8");
  // The options of a network are those of the host that starts mpirun, and not of the one that plans.
  const Words& words = plan.hosts[1].command.argv;
  CHECK(std::find(words.begin(), words.end(), "FI_PROVIDER=efa") != words.end());
  CHECK(plan.hosts[2].waits_for == "b");
}

TEST_CASE("groups that all take part, and none with another, each have a master") {
  Job job = job_of({"a", "b", "c", "d"}, {{"sagemaker_mpi_enabled", true}});
  job.resources.instance_groups = {{.name = "one", .instance_type = "x", .hosts = {"a", "b"}},
                                   {.name = "two", .instance_type = "x", .hosts = {"c", "d"}}};
  job.resources.current_group_name = "one";
  const JobPlan plan = planned(job);
  CHECK(plan.hosts[1].waits_for == "a");
  CHECK(behind(plan.hosts[2], "--host") == "c:8,d:8");
  CHECK(plan.hosts[3].waits_for == "c");
}

TEST_CASE("a framework's own function is started on each host, whatever the job turns on") {
  Plan framework = script;
  framework.kind = EntryPointKind::framework;
  const JobPlan plan = planned(job_of({"a", "b"}, {{"sagemaker_mpi_enabled", true}}), {}, framework);
  CHECK(plan.distribution == Distribution::none);
  CHECK(plan.hosts[1].command.argv == script.program.argv);
}

TEST_CASE("one host can be planned alone, with its rank among all") {
  const JobPlan plan = planned(job_of({"a", "b"}), {.distribution = Distribution::torchrun, .host = "b"});
  REQUIRE(plan.hosts.size() == 1);
  CHECK(plan.hosts[0].host == "b");
  CHECK(behind(plan.hosts[0], "--node_rank") == "1");
}

TEST_CASE("a host that is none of the job's is refused with those that are") {
  CHECK_THROWS_WITH(planned(job_of({"a", "b"}), {.host = "algo-9"}),
                    Catch::Contains("\"algo-9\" is none of the job's: a, b."));
}

TEST_CASE("that the hosts are taken for equal is noted where their devices count") {
  const Job two = job_of({"a", "b"});
  const Job own = job_of({"a", "b"}, {{"sagemaker_mpi_num_of_processes_per_host", 2}});
  CHECK(planned(two, {.distribution = Distribution::torchrun}).notes ==
        Words{"every host is taken to have the devices of this machine: 8 GPUs and 0 Neuron cores"});
  CHECK(planned(two, {.distribution = Distribution::mpi}).notes.size() == 1);
  CHECK(planned(own, {.distribution = Distribution::mpi}).notes.empty());
  CHECK(planned(two, {.distribution = Distribution::smddp}).notes.empty());
  CHECK(planned(job_of({"a"}), {.distribution = Distribution::torchrun}).notes.empty());
}

TEST_CASE(
    "a job can be seen from any of its hosts, each with its instance group and its own resource config") {
  Job job = job_of({"algo-1", "algo-2"});
  job.resources.instance_groups = {{.name = "cpu", .instance_type = "ml.c5.xlarge", .hosts = {"algo-1"}},
                                   {.name = "gpu", .instance_type = "ml.p4d.24xlarge", .hosts = {"algo-2"}}};
  job.resources.whole = Dict({{"current_host", "algo-1"}, {"current_group_name", "cpu"}});
  const Job seen = seen_from(job, "algo-2");
  CHECK(seen.resources.current_host == "algo-2");
  CHECK(seen.resources.current_group_name == "gpu");
  CHECK(seen.resources.current_instance_type == "ml.p4d.24xlarge");
  CHECK(seen.resources.whole == Dict({{"current_host", "algo-2"}, {"current_group_name", "gpu"}}));
  CHECK(seen_from(job, "algo-1").resources.whole == job.resources.whole);
  CHECK_THROWS_WITH(seen_from(job, "algo-3"), Catch::Contains("none of the job's: algo-1, algo-2"));
}
