#pragma once

#include "sm_train/contract/command.hpp"

namespace sm_train {

/// A terminal that can go back in its line.
bool is_capable_terminal(int fd, const EnvVars& env);

/// Whether what is written there is to have colours: on a capable terminal, unless NO_COLOR is set to
/// anything. Source: https://no-color.org
bool has_colour(int fd, const EnvVars& env);

}  // namespace sm_train
