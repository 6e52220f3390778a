#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "sm_train/contract/command.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// How a short command ended.
struct CapturedEnd {
  std::string output;      ///< its standard output, of which the first MiB counts
  int exit_code = 0;       ///< 128 + n where signal n ended it
  bool timed_out = false;  ///< it took longer than it was given, and was killed
};

/// Runs a short command, whose standard error is dropped. Throws Error where it cannot be started, or what
/// interrupt.check throws, when it is killed.
CapturedEnd run_captured(const Command& command, std::chrono::milliseconds limit,
                         const Interrupt& interrupt = {});

/// What the command wrote to its standard output; nothing where it cannot be started, does not exit with 0,
/// or takes too long. Throws what interrupt.check throws.
std::optional<std::string> capture_output(const Command& command, std::chrono::milliseconds limit,
                                          const Interrupt& interrupt = {});

}  // namespace sm_train
