#pragma once

#include <string>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/interpreter.hpp"

namespace sm_train {

/// What --installer says.
enum class InstallerChoice {
  automatic,  ///< uv, where it is there and would do as pip is told; else pip
  pip,
  uv,
  none,  ///< nothing is installed
};

struct InstallationInput {
  bool package = false;      ///< the code directory is one
  std::string requirements;  ///< a file, below the code directory or absolute; empty: none
  std::string code_directory;
  std::string python;  ///< the interpreter's path
  InterpreterState state;
  InstallerChoice choice = InstallerChoice::automatic;
  std::string uv;  ///< its path; empty: it is not there
  bool in_container = false;
  std::string prefix;  ///< where packages go when the interpreter takes none; nothing need be there yet
  EnvVars env;         ///< the process's own
};

/// One command that installs.
struct InstallStep {
  std::string what;  ///< for people: "the package in /opt/ml/code and requirements.txt"
  Command command;
};

/// What will be installed, how, and what is to be said of that.
struct Installation {
  std::vector<InstallStep> steps;
  std::vector<std::string> notes;               ///< for the log
  std::vector<std::string> module_directories;  ///< for the program's PYTHONPATH
  std::vector<std::string> script_directories;  ///< for its PATH
};

/// Nothing where there is neither a package nor a requirement that is not satisfied. Throws
/// Error{unavailable} where the installer that is needed is not there.
Installation plan_installation(const InstallationInput& input);

}  // namespace sm_train
