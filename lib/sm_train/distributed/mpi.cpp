#include "sm_train/distributed/mpi.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/shell_words.hpp"
#include "sm_train/distributed/efa.hpp"

namespace sm_train {

namespace {

using Words = std::vector<std::string>;

// SageMaker's data parallel library has this port, and as many GPUs in each host.
constexpr int smddp_port = 7592;

void add(Words& words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
}

struct CustomOptions {
  std::string nccl_debug = "INFO";
  Words others;
};

CustomOptions read_custom_options(const std::string& text) {
  CustomOptions options;
  const auto split = split_shell_words(text);
  if (!split)
    throw Error(
        {.cause = Cause::bad_config,
         .what = fmt::format("The custom MPI options are \"{}\", with a quote that is not closed.", text),
         .remedy = "Correct the custom_mpi_options of the job's distribution."});
  const Words& words = *split;
  const std::string name = "--NCCL_DEBUG";
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == name && i + 1 < words.size())
      options.nccl_debug = words[++i];
    else if (words[i].starts_with(name + "="))
      options.nccl_debug = words[i].substr(name.size() + 1);
    else
      options.others.push_back(words[i]);
  }
  return options;
}

std::string host_list(const Cluster& cluster, int processes_per_host) {
  Words hosts;
  for (const std::string& host : cluster.hosts)
    hosts.push_back(processes_per_host == 1 ? host : fmt::format("{}:{}", host, processes_per_host));
  return fmt::format("{}", fmt::join(hosts, ","));
}

Words hosts_option(const Cluster& cluster, int processes_per_host, const MpiOptions& options) {
  if (!options.host_file.empty()) return {"--hostfile", options.host_file};
  return {"--host", host_list(cluster, processes_per_host)};
}

Words network_options(const Cluster& cluster) {
  return {"-mca", "btl_tcp_if_include",    cluster.network_interface,
          "-mca", "oob_tcp_if_include",    cluster.network_interface,
          "-mca", "plm_rsh_no_tree_spawn", "1"};
}

Words exported(const Words& variables) {
  Words words;
  for (const std::string& variable : variables) add(words, {"-x", variable});
  return words;
}

/// Those of the program's variables that its ranks must find on other hosts too.
Words exported_of(const Command& program) {
  Words words;
  for (const char* credential : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"})
    if (program.env.contains(credential)) add(words, {"-x", credential});
  for (const auto& [name, value] : program.env)
    if (name.starts_with("SM_")) add(words, {"-x", name});
  return words;
}

Words program_words(const Command& program, const Words& prefix) {
  Words words = {program.argv.front()};
  add(words, prefix);
  words.insert(words.end(), program.argv.begin() + 1, program.argv.end());
  return words;
}

}  // namespace

bool needs_host_file(const Cluster& cluster) {
  constexpr std::size_t most_hosts_in_argument = 64;
  return cluster.hosts.size() > most_hosts_in_argument;
}

std::string host_file_text(const Cluster& cluster) {
  std::string text;
  for (const std::string& host : cluster.hosts)
    text += fmt::format("{} slots={}\n", host, cluster.processes_per_host);
  return text;
}

std::string host_of_rank(const Cluster& cluster, int rank) {
  const auto host = static_cast<std::size_t>(rank / std::max(1, cluster.processes_per_host));
  return rank >= 0 && host < cluster.hosts.size() ? cluster.hosts[host] : "";
}

Command mpirun_command(const Cluster& cluster, const Command& program, const MpiOptions& options) {
  const CustomOptions custom = read_custom_options(options.custom_options);
  const int hosts = static_cast<int>(cluster.hosts.size());
  const int processes = options.processes > 0 ? options.processes : hosts * cluster.processes_per_host;
  Words argv = {"mpirun"};
  add(argv, hosts_option(cluster, cluster.processes_per_host, options));
  add(argv, {"-np", std::to_string(processes), "--allow-run-as-root", "--display-map", "--tag-output"});
  add(argv, network_options(cluster));
  add(argv, {"-bind-to", "none", "-map-by", "slot", "-mca", "pml", "ob1", "-mca", "btl", "^openib", "-mca",
             "orte_abort_on_non_zero_status", "1", "-mca", "btl_vader_single_copy_mechanism", "none"});
  add(argv, exported({"NCCL_MIN_NRINGS=4", "NCCL_SOCKET_IFNAME=" + cluster.network_interface,
                      "NCCL_DEBUG=" + custom.nccl_debug, "LD_LIBRARY_PATH", "PATH"}));
  if (!options.preload.empty()) add(argv, {"-x", "LD_PRELOAD=" + options.preload});
  add(argv, custom.others);
  if (has_efa(cluster.instance_type)) add(argv, exported({"FI_PROVIDER=efa", "NCCL_PROTO=simple"}));
  if (has_efa_rdma(cluster.instance_type)) add(argv, exported({"FI_EFA_USE_DEVICE_RDMA=1"}));
  add(argv, exported_of(program));
  add(argv, program_words(program, options.program_prefix));
  return {.argv = std::move(argv), .env = program.env, .cwd = program.cwd};
}

Command smddp_command(const Cluster& cluster, const Command& program, const MpiOptions& options) {
  const CustomOptions custom = read_custom_options(options.custom_options);
  const int hosts = static_cast<int>(cluster.hosts.size());
  const bool is_alone = hosts == 1;
  Words argv = {"mpirun"};
  add(argv, hosts_option(cluster, is_alone ? 1 : smddp_processes, options));
  add(argv, {"-np", std::to_string(hosts * smddp_processes), "--allow-run-as-root", "--tag-output",
             "--oversubscribe"});
  add(argv, network_options(cluster));
  add(argv,
      {"-mca", "pml", "ob1", "-mca", "btl", "^openib", "-mca", "orte_abort_on_non_zero_status", "1", "-mca",
       "btl_vader_single_copy_mechanism", "none", "-mca", "plm_rsh_num_concurrent", std::to_string(hosts)});
  add(argv, exported({"NCCL_SOCKET_IFNAME=" + cluster.network_interface, "NCCL_DEBUG=" + custom.nccl_debug,
                      "LD_LIBRARY_PATH", "PATH",
                      is_alone ? "SMDATAPARALLEL_USE_SINGLENODE=1" : "SMDATAPARALLEL_USE_HOMOGENEOUS=1",
                      "FI_PROVIDER=efa", "RDMAV_FORK_SAFE=1"}));
  if (!options.preload.empty()) add(argv, {"-x", "LD_PRELOAD=" + options.preload});
  add(argv, custom.others);
  if (has_efa(cluster.instance_type)) add(argv, exported({"NCCL_PROTO=simple"}));
  if (has_efa_rdma(cluster.instance_type)) add(argv, exported({"FI_EFA_USE_DEVICE_RDMA=1"}));
  if (!is_alone)
    add(argv, exported({"SMDATAPARALLEL_SERVER_ADDR=" + cluster.master,
                        fmt::format("SMDATAPARALLEL_SERVER_PORT={}", smddp_port),
                        "SAGEMAKER_INSTANCE_TYPE=" + cluster.instance_type}));
  add(argv, exported_of(program));
  argv.emplace_back("smddprun");
  add(argv, program_words(program, options.program_prefix));
  return {.argv = std::move(argv), .env = program.env, .cwd = program.cwd};
}

}  // namespace sm_train
