#pragma once

#include <string>
#include <variant>

#include "sm_train/contract/failure.hpp"
#include "sm_train/stages/options.hpp"

namespace sm_train {

/// What the command line asks for that needs no job: a text for standard output, with exit code 0.
struct ShowText {
  std::string text;
};

/// What cannot be understood, and `serve`.
struct Refused {
  Failure failure;
  Paths paths;              ///< of the job, as far as they could be told
  bool is_for_job = false;  ///< it was to run the job of those paths, and just a setting is wrong
};

using Invocation = std::variant<Options, ShowText, Refused>;

/// The command line, and for what it leaves out the environment variable of the same setting.
Invocation parse_command_line(int argc, const char* const* argv, EnvVars environment);

}  // namespace sm_train
