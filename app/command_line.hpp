#pragma once

#include <map>
#include <string>
#include <variant>

#include "sm_train/stages/options.hpp"

namespace sm_train {

/// What the command line asks for that needs no job: a text for standard output, with exit code 0.
struct ShowText {
  std::string text;
};

using Invocation = std::variant<Options, ShowText>;

/// The command line, and for what it leaves out the environment variable of the same setting.
/// Throws Error{usage} for what cannot be understood, and for `serve`.
Invocation parse_command_line(int argc, const char* const* argv, EnvVars environment);

}  // namespace sm_train
