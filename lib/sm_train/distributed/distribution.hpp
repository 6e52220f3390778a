#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sm_train/contract/environment.hpp"

namespace sm_train {

/// What starts the processes of a job on its hosts.
enum class Distribution {
  none,      ///< each host runs the program by itself
  mpi,       ///< Open MPI's mpirun, on the master
  torchrun,  ///< on each host
  xla,       ///< PyTorch XLA's spawner, on each host
  smddp,     ///< SageMaker's data parallel library, by mpirun, on the master
};

/// As --distribution has it: "torchrun".
std::string distribution_name(Distribution distribution);

/// `wanted`, else as the job says it (sagemaker_mpi_enabled and its like); none on a host whose instance
/// group takes no part. `False`, "false", 0 and null are false. Throws Error{bad_config} where the job wants
/// two. Source: the SageMaker Python SDK's distribution argument.
Distribution choose_distribution(const Environment& environment,
                                 const std::optional<Distribution>& wanted = std::nullopt);

/// Whether this host is one of those that train together: an instance group that is not named runs the
/// program by itself.
bool takes_part(const Environment& environment);

/// Whether a framework parameter turns something on: `False`, "false", 0 and null do not.
bool is_on(const Environment& environment, std::string_view name);

/// A framework parameter as text: "" where there is none, or null.
std::string framework_text(const Environment& environment, const std::string& name);

/// A framework parameter as a number from 1 on; 0 where there is none. Throws Error{bad_config} for any
/// other.
int framework_count(const Environment& environment, const std::string& name);

}  // namespace sm_train
