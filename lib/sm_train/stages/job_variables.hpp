#pragma once

#include "sm_train/contract/command.hpp"
#include "sm_train/stages/options.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// The variables that the program of the job below options.paths gets beside those of `options.environment`,
/// or in their place: for a shell or a notebook that is to see what the program sees. The job need not name a
/// program, nor its code be there. Those that only a running job has are not among them: SM_TRAIN_STARTED,
/// the packages that it installs, and what an engine sets. One that is too large to be passed to a program is
/// left out, with a warning. Changes nothing. Throws Error as load, inspect and require_passable do.
EnvVars job_variables(const Options& options, const Interrupt& interrupt = {});

}  // namespace sm_train
