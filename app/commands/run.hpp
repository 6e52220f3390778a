#pragma once

#include "subcommand.hpp"

namespace sm_train {

/// Makes a mock /opt/ml for a program, and runs the job there.
Subcommand run_command();

}  // namespace sm_train
