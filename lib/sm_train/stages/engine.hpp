#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/entry_point.hpp"
#include "sm_train/contract/environment.hpp"
#include "sm_train/distributed/cluster.hpp"
#include "sm_train/distributed/distribution.hpp"
#include "sm_train/distributed/mpi.hpp"

namespace sm_train {

/// What starts the program's processes, and on which hosts.
struct Engine {
  Distribution distribution = Distribution::none;
  Cluster cluster;
};

/// The environment as the engine is to see it: with the framework parameters of distributed.json, where none
/// of the job's own chooses an engine.
Environment with_distribution(Environment environment, const Dict& distribution);

/// `wanted` in place of what the job says, on the hosts that take part. Throws Error{bad_config} as
/// choose_distribution does, and where a number of processes is none.
Engine choose_engine(const Environment& environment, const std::optional<Distribution>& wanted);

/// The network interface for an engine: that of the config, else eth0, where this machine has it, else the
/// one that choose_network_interface takes. A warning tells of one that the config names and that is not
/// there. Then this host's name is looked up, which may take its time.
std::string find_network_interface(const Environment& environment);

/// Open MPI starts them, from the master.
bool is_mpi(const Engine& engine);

/// What the master starts there. `own` is what the job says, but for what it takes from the framework
/// parameters: the number of processes and the custom options.
Command mpi_command(const Engine& engine, const Environment& environment, const Command& program,
                    MpiOptions own);

/// The words of engine_command's, without its variables: what there is to show of many hosts.
std::vector<std::string> engine_argv(const Engine& engine, const Environment& environment,
                                     const Command& program, EntryPointKind kind);

/// What this host starts in the program's place, where each host starts something: torchrun, PyTorch XLA's
/// spawner, or the program itself. Throws Error{bad_config} where the engine cannot start such a program.
Command engine_command(const Engine& engine, const Environment& environment, const Command& program,
                       EntryPointKind kind);

}  // namespace sm_train
