#pragma once

#include "subcommand.hpp"

namespace sm_train {

/// `sm-train doctor`: look for what a job would die of.
Subcommand doctor_command();

}  // namespace sm_train
