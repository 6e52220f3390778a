#include "sm_train/distributed/mpi.hpp"

#include <algorithm>

#include "catch.hpp"

using namespace sm_train;

namespace {

Cluster cluster_of_hosts(int number, int processes_per_host) {
  Cluster cluster = {.hosts = {},
                     .current_host = "algo-1",
                     .master = "algo-1",
                     .network_interface = "eth0",
                     .instance_type = "ml.p3.16xlarge",
                     .processes_per_host = processes_per_host};
  for (int i = 1; i <= number; ++i) cluster.hosts.push_back("algo-" + std::to_string(i));
  return cluster;
}

bool has(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

TEST_CASE("ranks fill one host after another") {
  const Cluster cluster = cluster_of_hosts(3, 2);
  std::string hosts;
  for (int rank = 0; rank < 6; ++rank) hosts += host_of_rank(cluster, rank) + " ";
  CHECK(hosts == "algo-1 algo-1 algo-2 algo-2 algo-3 algo-3 ");
}

TEST_CASE("a rank that is none of the job's has no host") {
  const Cluster cluster = cluster_of_hosts(3, 2);
  CHECK(host_of_rank(cluster, 6).empty());
  CHECK(host_of_rank(cluster, -1).empty());
  CHECK(host_of_rank(cluster, 2'147'483'647).empty());
  CHECK(host_of_rank(cluster_of_hosts(0, 1), 0).empty());
  CHECK(host_of_rank(cluster_of_hosts(2, 0), 1) == "algo-2");
}

TEST_CASE("the file of hosts has a line each, with its slots") {
  CHECK(host_file_text(cluster_of_hosts(2, 8)) == "algo-1 slots=8\nalgo-2 slots=8\n");
}

TEST_CASE("more than 64 hosts are named in a file") {
  CHECK_FALSE(needs_host_file(cluster_of_hosts(1, 8)));
  CHECK_FALSE(needs_host_file(cluster_of_hosts(64, 8)));
  CHECK(needs_host_file(cluster_of_hosts(65, 1)));
}

TEST_CASE("a file of hosts stands in the place of their names") {
  const Cluster cluster = cluster_of_hosts(2, 8);
  const Command program = {.argv = {"python3", "train.py"}, .env = {}, .cwd = {}};
  for (const auto make : {mpirun_command, smddp_command}) {
    const auto with_names = make(cluster, program, {}).argv;
    auto with_file = make(cluster, program, {.host_file = "/tmp/sm-train-x/hosts"}).argv;
    CHECK(has(with_names, "--host"));
    CHECK_FALSE(has(with_names, "--hostfile"));
    REQUIRE(with_file.size() == with_names.size());
    CHECK(with_file[1] == "--hostfile");
    CHECK(with_file[2] == "/tmp/sm-train-x/hosts");
    with_file[1] = "--host";
    with_file[2] = "algo-1:8,algo-2:8";
    CHECK(with_file == with_names);
  }
}
