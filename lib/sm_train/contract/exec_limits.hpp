#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sm_train/contract/arguments.hpp"
#include "sm_train/contract/command.hpp"
#include "sm_train/contract/environment.hpp"

namespace sm_train {

/// What execve(2) takes, in bytes.
/// Source: execve(2), "Limits on size of arguments and environment".
struct ExecLimits {
  std::size_t string = 128 << 10;  ///< one argument, or one NAME=VALUE, with the NUL at its end
  std::size_t total = 2 << 20;     ///< all of them with their NULs, and a pointer for each
};

/// Throws Error{bad_config} that names the first hyperparameter that fits into no argument or no variable,
/// and its size.
void require_passable(const Environment& environment, const ArgumentOptions& options,
                      const ExecLimits& limits);

/// The variables of `command` that must go for it to fit, in the order of their names: those too large for
/// one string, and then the largest ones until the total fits. Only variables that hold what is known from
/// elsewhere are named, such as SM_TRAINING_ENV and SM_HPS. Throws Error{bad_config} that says what is
/// largest where those do not do.
std::vector<std::string> find_variables_to_move(const Command& command, const ExecLimits& limits);

}  // namespace sm_train
