#pragma once

#include <optional>
#include <string>

#include "sm_train/contract/job.hpp"
#include "sm_train/contract/machine.hpp"
#include "sm_train/contract/paths.hpp"
#include "sm_train/contract/plan.hpp"
#include "sm_train/distributed/distribution.hpp"
#include "sm_train/stages/job_plan.hpp"

namespace sm_train {

struct HostPlansInput {
  const Job& job;
  const Machine& machine;  ///< every host is taken for such a one
  const Paths& paths;
  const Plan& program;                             ///< what runs without any engine
  std::optional<Distribution> wanted;              ///< in place of what the job says
  std::optional<std::string> host = std::nullopt;  ///< this one alone
};

/// The job as that host of it sees it, which is known there by its own name and instance group. Throws
/// Error{usage} where it is none of the job's.
Job seen_from(Job job, const std::string& host);

/// What each host of the job starts, in the config's order: each its own command or, where Open MPI is
/// started on the master, the others wait for that. Hosts of instance groups that take no part run the
/// program by itself. Throws Error: usage where `host` is none of the job's, and bad_config as choose_engine
/// and the engines' commands do.
JobPlan plan_hosts(const HostPlansInput& input);

}  // namespace sm_train
