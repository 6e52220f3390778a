#pragma once

#include "subcommand.hpp"

namespace sm_train {

/// Prints the man page.
Subcommand man_command();

}  // namespace sm_train
