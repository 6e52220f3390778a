#pragma once

#include <string>
#include <variant>

#include "sm_train/contract/failure.hpp"
#include "subcommand.hpp"

namespace sm_train {

/// A command and what it is to do.
struct Invocation {
  const Subcommand& command;
  Given given;
};

/// What the command line asks for that needs no command: a text for standard output, with exit code 0.
struct ShowText {
  std::string text;
};

/// What cannot be understood.
struct Refused {
  Failure failure;
  Paths paths;  ///< of the job, as far as they could be told
  FaultReport report = FaultReport::as_pid_1;
};

/// Reads the command line by the table of commands, and for the settings that it leaves out their environment
/// variables. `options` are those that are not settings: the process's environment, sm-train's own file.
std::variant<Invocation, ShowText, Refused> parse_command_line(int argc, const char* const* argv,
                                                               Options options);

}  // namespace sm_train
