#pragma once

#include "subcommand.hpp"

namespace sm_train {

/// Prints the variables of the job's program for a shell.
Subcommand env_command();

}  // namespace sm_train
