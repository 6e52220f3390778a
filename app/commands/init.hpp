#pragma once

#include "subcommand.hpp"

namespace sm_train {

/// Makes a mock /opt/ml.
Subcommand init_command();

}  // namespace sm_train
