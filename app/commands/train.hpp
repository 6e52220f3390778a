#pragma once

#include "subcommand.hpp"

namespace sm_train {

/// Runs the job.
Subcommand train_command();

}  // namespace sm_train
