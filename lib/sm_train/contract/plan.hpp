#pragma once

#include <map>
#include <string>
#include <vector>

#include "sm_train/contract/arguments.hpp"
#include "sm_train/contract/command.hpp"
#include "sm_train/contract/entry_point.hpp"
#include "sm_train/contract/environment.hpp"

namespace sm_train {

/// The Python interpreter for the user's code.
struct Interpreter {
  std::string path;        ///< empty: none was found
  std::string looked_for;  ///< for the message then: "VIRTUAL_ENV, CONDA_PREFIX, python3 and python on PATH"
};

struct InstallStep {
  std::string what;  ///< for people: "requirements.txt"
  Command command;
};

/// Everything that will be done once the code is there: a value, to be printed or to be carried out.
struct Plan {
  EntryPointKind kind = EntryPointKind::command;
  std::vector<InstallStep> install;
  Command program;
};

struct PlanInput {
  const Environment& environment;
  const CodeLayout& code;
  const Interpreter& python;
  const EnvVars& process_env;          ///< what the program inherits
  std::vector<std::string> arguments;  ///< of the program
  std::string requirements;            ///< a requirements file other than requirements.txt; empty: that one
  bool as_root = false;
};

/// SAGEMAKER_TRAINING_MODULE names a function to run in the program's place. The code then stays where it is:
/// such a function fetches and installs it itself, with a package of its own.
bool runs_framework(const Environment& environment);

/// Throws Error: not_found where the program, or a needed interpreter, is not there; bad_config where an
/// argument or a variable cannot be one.
Plan make_plan(const PlanInput& input);

}  // namespace sm_train
