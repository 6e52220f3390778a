#pragma once

#include <string>

#include "subcommand.hpp"

namespace sm_train {

/// What `sm-train --help` shows: one screen of it, with the commands and how to go on from there.
std::string program_help();

/// What `sm-train COMMAND --help` shows: all that it takes.
std::string command_help(const Subcommand& command);

/// "sm-train fetch [OPTION...] URI DIR", without what the words mean.
std::string usage_line(const Subcommand& command);

}  // namespace sm_train
