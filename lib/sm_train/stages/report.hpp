#pragma once

#include <string>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/failure_report/failure_hint.hpp"
#include "sm_train/contract/outcome.hpp"
#include "sm_train/contract/paths.hpp"
#include "sm_train/contract/secrets.hpp"
#include "sm_train/system/reserved_room.hpp"

namespace sm_train {

/// Removes `output/success` and an own stale `output/failure` of an earlier run, and makes `output`. Gives
/// room for the report, so that a program which fills the volume cannot keep it from being told.
ReservedRoom prepare_report(const Paths& paths);

/// Writes `output/success`, or `output/failure` where the program left none, and gives the exit code. A
/// failure is told by failure_text, with the job's `clues` and with what the volumes are like that the
/// program may have written to, and without the secrets of the program's environment. A report that cannot be
/// written is told on stderr, and changes no exit code. `room` is what prepare_report gave.
int report(const Outcome& outcome, const Command& command, const Paths& paths, FailureClues clues = {},
           ReservedRoom room = {});

/// Whose `output/failure` is, where there is one before the report.
enum class ExistingReport {
  stale,       ///< of an earlier run: it gives way
  of_program,  ///< it stays: what a program says of itself comes first
};

/// Writes `output/failure` for a fault of the launcher's own, and gives its exit code. Where the base path is
/// no directory nothing is written: there is no job. `secrets` are left out.
int report(const Failure& failure, const Paths& paths, const Secrets& secrets = {},
           ExistingReport existing = ExistingReport::stale);

}  // namespace sm_train
