#pragma once

#include <optional>
#include <sys/types.h>

#include "sm_train/contract/command.hpp"

namespace sm_train {

/// Descriptors above 2 that a program gets.
struct ProcessStreams {
  int out = -1;                     ///< its standard output
  int err = -1;                     ///< its standard error
  std::optional<int> in;            ///< its standard input; none: ours
  std::optional<int> own_terminal;  ///< the terminal that controls a session of its own
};

/// Starts `command` as the leader of a process group of its own and returns its pid once execve(2) was done.
/// It has `streams`, no other descriptor, no blocked signal and no ignored one but a
/// SIGHUP that nohup(1) ignored. A file without `#!` is run by /bin/sh, as execvp(3) does. Throws Error:
/// - not_found, not_executable: names argv[0], and the PATH of the program where it was searched
/// - no_input, denied: the working directory
/// - unavailable: no more processes or memory
pid_t start_process(const Command& command, const ProcessStreams& streams);

/// The same in the place of this process, with its streams: it comes back only by throwing.
[[noreturn]] void become(const Command& command);

/// Opens /dev/null for each of descriptors 0, 1 and 2 that is closed, so that no file opened later is taken
/// for one of them. To be called before any other descriptor is opened.
void open_missing_standard_streams();

}  // namespace sm_train
