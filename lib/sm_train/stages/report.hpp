#pragma once

#include <string>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/outcome.hpp"
#include "sm_train/contract/paths.hpp"

namespace sm_train {

/// Removes `output/success` and an own stale `output/failure` of an earlier run, and makes `output`.
void prepare_report(const Paths& paths);

/// Writes `output/success`, or `output/failure` where the program left none, and gives the exit code.
int report(const Outcome& outcome, const Command& command, const Paths& paths);

/// Writes `output/failure` for a fault of the launcher's own, in the place of a stale one, and gives its exit
/// code. Where the base path is no directory nothing is written: there is no job.
int report(const Failure& failure, const Paths& paths);

}  // namespace sm_train
