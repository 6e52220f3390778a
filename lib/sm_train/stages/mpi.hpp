#pragma once

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/entry_point.hpp"
#include "sm_train/contract/environment.hpp"
#include "sm_train/contract/outcome.hpp"
#include "sm_train/stages/engine.hpp"
#include "sm_train/stages/options.hpp"
#include "sm_train/system/signals.hpp"

namespace sm_train {

/// A program that Open MPI is to run on the hosts of `engine`, as this host knows it.
struct MpiJob {
  const Engine& engine;
  const Environment& environment;
  EntryPointKind kind;
  const Command& program;
  const Options& options;
};

/// The program as mpirun's ranks are to run it.
Command program_of_ranks(Command program, const EnvVars& of_job);

/// On the master: waits for the other hosts, starts mpirun there and stays with it. `started` becomes its
/// command. A host that is gone ends the job. The others are told how it ended. Throws Error{unavailable}
/// that names the hosts which do not come, Error{not_found} where a program of Open MPI or of OpenSSH is
/// missing.
Outcome run_mpi_master(const MpiJob& job, Command& started, Signals& signals);

/// On another host: lets the master start its ranks here, until it tells how the job ended, which is the
/// outcome here too. Throws Error{unavailable} where it cannot be reached, or is gone.
Outcome run_mpi_worker(const MpiJob& job, Signals& signals);

}  // namespace sm_train
