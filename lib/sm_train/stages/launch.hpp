#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/outcome.hpp"
#include "sm_train/stages/relay.hpp"
#include "sm_train/system/signals.hpp"

namespace sm_train {

struct LaunchOptions {
  std::string name = "the program";  ///< what the log calls it
  /// After SIGTERM the program has this long before SIGKILL. SageMaker itself kills 120 s after its SIGTERM.
  std::chrono::milliseconds grace = std::chrono::seconds(110);
  /// What the program leaves running in its process group gets SIGTERM and this long before SIGKILL; where
  /// the program was itself told to end, what is left of its own grace.
  std::chrono::milliseconds leftovers_grace = std::chrono::seconds(5);
  /// Then the program gets SIGTERM, and its grace; 0: never.
  std::chrono::milliseconds time_limit = std::chrono::milliseconds(0);
  /// Pass both streams on to our own stdout and stderr as they come, with the log between the lines of
  /// stderr; false keeps just the tails.
  bool relay_output = true;
  /// Makes what rewrites one stream of the program; the tails are of what it wrote. None: byte for byte.
  std::function<RewriteOutput()> rewrite_output;
  /// Takes a signal to where it belongs, in the place of the program's process group; false where it does
  /// not.
  std::function<bool(int signal)> deliver;
  /// When this is readable the program gets SIGTERM, and `end_grace` until SIGKILL; -1: never.
  int end_request = -1;
  std::chrono::milliseconds end_grace = std::chrono::seconds(2);
};

/// Starts `command` in a process group of its own and stays with it until it ends: passes on the signals that
/// come in, relays both streams byte for byte (where one of ours is a terminal the program gets one of its
/// own, in a session of its own; where ours are one, so are its, and the tail is in stderr's), reaps orphans
/// (every child of this process is waited for, and from now on those of its descendants come to it too), and
/// ends what the program left running in its group. A daemon that left the group is let be, and nothing waits
/// for it. There is one launch at a time in a process. SIGTERM, SIGINT, SIGHUP and SIGQUIT start the grace
/// time, once. Throws Error: not_found or not_executable where the program cannot be started (naming it),
/// no_input or denied where the working directory cannot be entered, unavailable where there are no more
/// processes or descriptors.
Outcome launch(const Command& command, Signals& signals, const LaunchOptions& options = {});

}  // namespace sm_train
