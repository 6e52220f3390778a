#pragma once

#include <optional>

#include "sm_train/contract/environment.hpp"
#include "sm_train/contract/job.hpp"
#include "sm_train/distributed/host_names.hpp"
#include "sm_train/stages/doctor/finding.hpp"
#include "sm_train/stages/doctor/program.hpp"
#include "sm_train/stages/options.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// Whether the names of the job's hosts resolve within a few seconds, as train() waits for them.
Finding check_hosts(const ResourceConfig& resources, const EnvVars& env, const Interrupt& interrupt,
                    const Resolve& resolve = resolves);

/// Whether the tools are there that start the program on the job's hosts: mpirun and its ssh, torchrun.
/// Throws Error as choose_engine and engine_argv do.
Finding check_engine(const ForeseenProgram& program, const Job& job, const Options& options);

}  // namespace sm_train
