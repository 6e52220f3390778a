#include "sm_train/stages/engine.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sm_train/distributed/network_interface.hpp"
#include "sm_train/distributed/torchrun.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/network_interfaces.hpp"

namespace sm_train {

namespace {

/// The config may leave the name out, and then it is SageMaker's.
bool is_in_config(const Environment& environment, const std::string& interface) {
  const Dict* config = environment.resource_config.dict();
  const Value* name = config == nullptr ? nullptr : config->find("network_interface_name");
  return name != nullptr && *name == Value(interface);
}

/// How many processes the job wants on a host; 0 where it does not say.
int own_count(const Environment& environment, Distribution distribution) {
  if (distribution == Distribution::mpi)
    return framework_count(environment, "sagemaker_mpi_num_of_processes_per_host");
  if (distribution == Distribution::torchrun)
    return framework_count(environment, "sagemaker_torch_distributed_num_of_processes_per_host");
  return distribution == Distribution::smddp ? smddp_processes : 0;
}

}  // namespace

Environment with_distribution(Environment environment, const Dict& distribution) {
  if (distribution.empty() || choose_distribution(environment) != Distribution::none) return environment;
  for (const auto& [name, value] : distribution) environment.additional_framework_parameters.set(name, value);
  return environment;
}

Engine choose_engine(const Environment& environment, const std::optional<Distribution>& wanted) {
  Engine engine = {.distribution = choose_distribution(environment, wanted), .cluster = {}};
  engine.cluster = cluster_of(environment, own_count(environment, engine.distribution));
  return engine;
}

std::string find_network_interface(const Environment& environment) {
  std::string configured = environment.network_interface_name.value_or("eth0");
  const auto interfaces = network_interfaces();
  if (std::any_of(interfaces.begin(), interfaces.end(),
                  [&](const auto& each) { return each.name == configured; }))
    return configured;
  std::string chosen =
      choose_network_interface(configured, interfaces, addresses_of(environment.current_host));
  if (is_in_config(environment, configured))
    log(LogLevel::warning,
        fmt::format("this machine has no network interface {}, which resourceconfig.json names: {} is taken",
                    configured, chosen));
  return chosen;
}

bool is_mpi(const Engine& engine) {
  return engine.distribution == Distribution::mpi || engine.distribution == Distribution::smddp;
}

Command mpi_command(const Engine& engine, const Environment& environment, const Command& program,
                    MpiOptions own) {
  if (engine.distribution == Distribution::smddp) {
    own.custom_options = framework_text(environment, "sagemaker_distributed_dataparallel_custom_mpi_options");
    return smddp_command(engine.cluster, program, own);
  }
  own.processes = framework_count(environment, "sagemaker_mpi_num_processes");
  own.custom_options = framework_text(environment, "sagemaker_mpi_custom_mpi_options");
  return mpirun_command(engine.cluster, program, own);
}

std::vector<std::string> engine_argv(const Engine& engine, const Environment& environment,
                                     const Command& program, EntryPointKind kind) {
  if (engine.distribution == Distribution::torchrun) return torchrun_argv(engine.cluster, program, kind);
  if (engine.distribution == Distribution::xla) return xla_argv(environment.machine.num_gpus, program, kind);
  return program.argv;
}

Command engine_command(const Engine& engine, const Environment& environment, const Command& program,
                       EntryPointKind kind) {
  if (engine.distribution == Distribution::torchrun) return torchrun_command(engine.cluster, program, kind);
  if (engine.distribution == Distribution::xla)
    return xla_command(engine.cluster, environment.machine.num_gpus, program, kind);
  return program;
}

}  // namespace sm_train
