#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace sm_train {

/// An environment: name -> value.
using EnvVars = std::map<std::string, std::string>;

/// A program to start, as execve(2) takes it: nothing here ever passes through a shell.
struct Command {
  std::vector<std::string> argv;  ///< argv[0] is looked up on env's PATH unless it holds a slash
  EnvVars env;                    ///< the whole environment of the program, not additions to ours
  std::filesystem::path cwd;      ///< its working directory; empty: ours
};

}  // namespace sm_train
