#pragma once

#include "subcommand.hpp"

namespace sm_train {

/// Says no: this is for training.
Subcommand serve_command();

}  // namespace sm_train
