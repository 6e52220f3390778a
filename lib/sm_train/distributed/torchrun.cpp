#include "sm_train/distributed/torchrun.hpp"

#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/distributed/efa.hpp"

namespace sm_train {

namespace {

constexpr const char* master_port = "7777";
// Of PyTorch XLA's services. Source: sagemaker_training/pytorch_xla.py
constexpr int mesh_port = 53957;
constexpr int worker_port = 43857;

/// The script and its arguments, without the interpreter.
std::span<const std::string> script_of(const Command& program, EntryPointKind kind, const char* engine) {
  if (is_python_script(kind)) return std::span(program.argv).subspan(1);
  throw Error({.cause = Cause::bad_config,
               .what = fmt::format("{} starts a Python script, and the program is {}.", engine,
                                   is_command(kind) ? program.argv.front() : "none"),
               .remedy = "Name a .py file as sagemaker_program, or turn the distribution off."});
}

void add_nccl_variables(const Cluster& cluster, EnvVars& env) {
  if (has_efa(cluster.instance_type)) env["FI_PROVIDER"] = "efa";
  if (has_efa_rdma(cluster.instance_type)) {
    env["FI_EFA_USE_DEVICE_RDMA"] = std::string("1");
    env["RDMAV_FORK_SAFE"] = std::string("1");
  }
  env["NCCL_SOCKET_IFNAME"] = cluster.network_interface;
  env["NCCL_PROTO"] = "simple";
}

}  // namespace

std::vector<std::string> torchrun_argv(const Cluster& cluster, const Command& program, EntryPointKind kind) {
  const auto script = script_of(program, kind, "torchrun");
  std::vector<std::string> argv;
  const auto precompile = program.env.find("RUN_NEURON_PARALLEL_COMPILE");
  if (precompile != program.env.end() && precompile->second == "1")
    argv.emplace_back("neuron_parallel_compile");
  for (const std::string& word :
       {std::string("torchrun"), std::string("--nnodes"), std::to_string(cluster.hosts.size()),
        std::string("--nproc_per_node"), std::to_string(cluster.processes_per_host)})
    argv.push_back(word);
  if (cluster.hosts.size() > 1)
    for (const std::string& word :
         {std::string("--master_addr"), cluster.master, std::string("--master_port"),
          std::string(master_port), std::string("--node_rank"), std::to_string(cluster.rank())})
      argv.push_back(word);
  argv.insert(argv.end(), script.begin(), script.end());
  return argv;
}

Command torchrun_command(const Cluster& cluster, const Command& program, EntryPointKind kind) {
  Command command = {.argv = torchrun_argv(cluster, program, kind), .env = program.env, .cwd = program.cwd};
  command.env["MASTER_ADDR"] = cluster.master;
  command.env["MASTER_PORT"] = master_port;
  add_nccl_variables(cluster, command.env);
  return command;
}

std::vector<std::string> xla_argv(int num_gpus, const Command& program, EntryPointKind kind) {
  const auto script = script_of(program, kind, "PyTorch XLA");
  std::vector<std::string> argv = {program.argv.front(), "-m", "torch_xla.distributed.xla_spawn",
                                   "--num_gpus", std::to_string(num_gpus)};
  argv.insert(argv.end(), script.begin(), script.end());
  return argv;
}

Command xla_command(const Cluster& cluster, int num_gpus, const Command& program, EntryPointKind kind) {
  Command command = {.argv = xla_argv(num_gpus, program, kind), .env = program.env, .cwd = program.cwd};
  std::vector<std::string> workers;
  for (const std::string& host : cluster.hosts)
    workers.push_back(fmt::format("localservice:{};{}:{}", workers.size(), host, worker_port));
  command.env["XRT_HOST_ORDINAL"] = std::to_string(cluster.rank());
  command.env["XRT_SHARD_WORLD_SIZE"] = std::to_string(cluster.hosts.size());
  command.env["XRT_WORKERS"] = fmt::format("{}", fmt::join(workers, "|"));
  command.env["GPU_NUM_DEVICES"] = std::to_string(num_gpus);
  if (cluster.hosts.size() > 1)
    command.env["XRT_MESH_SERVICE_ADDRESS"] = fmt::format("{}:{}", cluster.master, mesh_port);
  return command;
}

}  // namespace sm_train
