#pragma once

#include <string>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/entry_point.hpp"
#include "sm_train/distributed/cluster.hpp"

namespace sm_train {

// Each makes of the program's command that of an engine which starts it, on this host. `kind` is the
// program's: both take nothing but a Python script, and throw Error{bad_config} for another one.

/// torchrun, which the hosts start at the same time, each with its rank.
/// Source: https://pytorch.org/docs/stable/elastic/run.html
Command torchrun_command(const Cluster& cluster, const Command& program, EntryPointKind kind);

/// PyTorch XLA's spawner.
Command xla_command(const Cluster& cluster, int num_gpus, const Command& program, EntryPointKind kind);

// Their words alone, without the variables: what there is to show of many hosts.
std::vector<std::string> torchrun_argv(const Cluster& cluster, const Command& program, EntryPointKind kind);
std::vector<std::string> xla_argv(int num_gpus, const Command& program, EntryPointKind kind);

}  // namespace sm_train
