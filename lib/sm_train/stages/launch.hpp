#pragma once

#include <chrono>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/outcome.hpp"
#include "sm_train/system/signals.hpp"

namespace sm_train {

struct LaunchOptions {
  /// After SIGTERM the program has this long before SIGKILL. SageMaker itself kills 120 s after its SIGTERM.
  std::chrono::milliseconds grace = std::chrono::seconds(110);
  /// Pass both streams on to our own stdout and stderr as they come; false keeps just the tails.
  bool relay_output = true;
};

/// Starts `command` in a process group of its own and stays with it until it ends: passes on the signals that
/// come in, relays both streams byte for byte, reaps orphans, and ends what the program left running. Throws
/// Error: not_found or not_executable where the program cannot be started (naming it), no_input where the
/// working directory is missing.
Outcome launch(const Command& command, Signals& signals, const LaunchOptions& options = {});

}  // namespace sm_train
