#pragma once

#include <optional>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/exec_limits.hpp"
#include "sm_train/system/files.hpp"

namespace sm_train {

/// What the kernel passes to a program of this process.
ExecLimits exec_limits();

/// Moves the variables of `command` that the kernel would not pass into files that only this user can read,
/// with a warning each: SM_HPS then is not set, and SM_HPS_FILE names a file with the same text. The files go
/// with what is returned; nothing where all fits.
std::optional<TempDir> move_large_variables(Command& command, const ExecLimits& limits);

}  // namespace sm_train
