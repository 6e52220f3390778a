#pragma once

#include "subcommand.hpp"

namespace sm_train {

/// Fetches code, as the job would.
Subcommand fetch_command();

}  // namespace sm_train
