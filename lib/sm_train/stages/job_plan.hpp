#pragma once

#include <string>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/secrets.hpp"
#include "sm_train/distributed/distribution.hpp"

namespace sm_train {

/// What one host of a job starts.
struct HostPlan {
  std::string host;
  Command command;        ///< without its variables; no argv where the host waits
  std::string waits_for;  ///< the host whose command runs the program on this one too; empty: none
};

/// What would be started on hosts of a job.
struct JobPlan {
  Distribution distribution = Distribution::none;  ///< what starts the processes on those that take part
  std::vector<HostPlan> hosts;
  std::vector<std::string> notes;  ///< what it takes for granted; whole clauses
};

// Both show no secret: `secrets` are masked, and what is given to a secret name (see command_line).

/// For people: a block for each host, or for all of a row of hosts that do the same. Commands are quoted as a
/// shell reads them.
std::string job_plan_text(const JobPlan& plan, const Secrets& secrets);

/// {"distribution": "mpi", "hosts": [{"host": "algo-1", "command": ["mpirun"], "cwd": "/opt/ml/code"},
/// {"host": "algo-2", "waits_for": "algo-1"}], "notes": ["..."]} as one line; no "cwd" where it is ours, and
/// no "notes" where there are none.
std::string job_plan_json(const JobPlan& plan, const Secrets& secrets);

}  // namespace sm_train
