#pragma once

#include <string>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/distributed/cluster.hpp"

namespace sm_train {

/// The ranks in each host of SageMaker's data parallel library, which runs on hosts of so many GPUs only.
inline constexpr int smddp_processes = 8;

struct MpiOptions {
  int processes = 0;                        ///< on all hosts; 0: as many as there is room for
  std::string custom_options;               ///< further ones, as a shell would split them
  std::vector<std::string> program_prefix;  ///< goes before the program's arguments, behind its interpreter
  std::string host_file;                    ///< names the hosts, where they are too many for an argument
  std::string preload;                      ///< a library for LD_PRELOAD of each rank; empty: none
};

/// An argument with the names of all would be for no reader, and at last for no kernel.
bool needs_host_file(const Cluster& cluster);

/// What the file says: "algo-1 slots=8", a line each.
std::string host_file_text(const Cluster& cluster);

/// The host that a rank runs on: as mpirun maps by slot, unless custom options say otherwise; empty for a
/// rank of none.
std::string host_of_rank(const Cluster& cluster, int rank);

/// Open MPI's mpirun, which the master starts: it runs the program on all hosts, with those of its variables
/// that SageMaker made. Throws Error{bad_config} where the custom options cannot be read.
/// Source: sagemaker_training/mpi.py
Command mpirun_command(const Cluster& cluster, const Command& program, const MpiOptions& options);

/// The same for SageMaker's data parallel library.
/// Source: sagemaker_training/smdataparallel.py
Command smddp_command(const Cluster& cluster, const Command& program, const MpiOptions& options);

}  // namespace sm_train
