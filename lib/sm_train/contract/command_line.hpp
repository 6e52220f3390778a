#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/secrets.hpp"

namespace sm_train {

/// A command as one readable line that a shell would read back, for a person's eyes only. The value of a
/// flag with a secret name (see is_secret_name) is shown as `******`, as are what `secrets` holds and, in a
/// word, all behind `name=` or `"name":` with such a name.
std::string command_line(const Command& command, const Secrets& secrets = {});

// A word of a command, masked likewise, as `before` stands before it there; empty where none does.

/// As a shell would read it back.
std::string shown_shell_word(std::string_view before, std::string_view word, const Secrets& secrets);

/// A word as a shell would read it back, on one line and without what a terminal would obey; masks nothing.
std::string readable_shell_word(std::string_view word);

/// Not quoted, for a program to read.
std::string shown_word(std::string_view before, std::string_view word, const Secrets& secrets);

/// Variables as lines NAME=VALUE, masked likewise. SM_USER_ARGS is left out: the command line shows it.
std::vector<std::string> shown_variables(const EnvVars& variables, const Secrets& secrets);

}  // namespace sm_train
