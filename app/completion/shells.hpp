#pragma once

#include <string>

namespace sm_train {

// The completions of a shell, as a script for it, made of the table of commands.

/// For bash 4 and later, with or without the package bash-completion.
std::string bash_completion();

/// For zsh, as a function for its completion system.
std::string zsh_completion();

/// For fish.
std::string fish_completion();

}  // namespace sm_train
