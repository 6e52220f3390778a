#pragma once

#include "subcommand.hpp"

namespace sm_train {

/// Shows what the job would do.
Subcommand plan_command();

}  // namespace sm_train
