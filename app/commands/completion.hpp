#pragma once

#include "subcommand.hpp"

namespace sm_train {

/// Prints the completions of a shell.
Subcommand completion_command();

}  // namespace sm_train
