#pragma once

#include <map>
#include <string>
#include <vector>

#include "sm_train/contract/arguments.hpp"
#include "sm_train/contract/command.hpp"
#include "sm_train/contract/entry_point.hpp"
#include "sm_train/contract/environment.hpp"
#include "sm_train/contract/installation.hpp"
#include "sm_train/contract/interpreter.hpp"

namespace sm_train {

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
  const EnvVars& process_env;                       ///< what the program inherits
  std::vector<std::string> arguments;               ///< of the program
  std::vector<std::string> framework_command = {};  ///< runs in the program's place, in our working directory
};

/// The variables that a program gets beside those that it inherits, or in their place: to_env_vars, the code
/// directory before what is on PYTHONPATH, and PYTHONUNBUFFERED where it is not inherited. Throws
/// Error{bad_config} where one cannot be a variable.
EnvVars added_env(const PlanInput& input);

/// What runs, before anything is known of what must be installed. Throws Error: not_found where the program,
/// or a needed interpreter, is not there; bad_config where an argument or a variable cannot be one.
Plan make_plan(const PlanInput& input);

/// The same for a program that finds the Python package of this library in a directory, behind all others.
Plan with_python_package(Plan plan, const std::string& directory);

/// The same after an installation, whose packages the program finds.
Plan with_installation(Plan plan, const Installation& installation);

}  // namespace sm_train
