#pragma once

#include <array>
#include <fcntl.h>
#include <map>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/stages/launch.hpp"
#include "sm_train/system/unique_fd.hpp"
#include "support/child.hpp"

/// A pipe of a test's own.
struct Pipe {
  Pipe() {
    std::array<int, 2> ends = {-1, -1};
    if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
  }
  sm_train::UniqueFd read_end;
  sm_train::UniqueFd write_end;
};

/// A command with a small environment.
inline sm_train::Command command_of(std::vector<std::string> argv) {
  return {.argv = std::move(argv), .env = {{"PATH", "/usr/bin:/bin"}, {"PYTHONUNBUFFERED", "1"}}, .cwd = {}};
}

inline sm_train::Command shell(const std::string& script) {
  return command_of({"/bin/sh", "-c", script});
}

inline sm_train::Command python(const std::string& script) {
  return command_of({"/usr/bin/python3", "-c", script});
}

/// launch() with signals of its own: what a Child runs, since both take hold of the whole process.
inline sm_train::Outcome launch_here(const sm_train::Command& command,
                                     const sm_train::LaunchOptions& options = {}) {
  sm_train::Signals signals;
  return launch(command, signals, options);
}
