#pragma once

#include "subcommand.hpp"

namespace sm_train {

/// Writes the Python package `sagemaker_containers`.
Subcommand python_package_command();

}  // namespace sm_train
