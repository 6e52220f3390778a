#pragma once

#include <chrono>
#include <optional>

#include "sm_train/system/interrupt.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

/// SIGTERM, SIGINT, SIGHUP or SIGQUIT.
bool asks_to_end(int signal);

/// What asks to end throws Error (terminated, interrupted, hung_up, quit) that names the signal and `step`
/// ("while fetching the code"); others do nothing.
void throw_if_ending(int signal, const char* step);

/// Owns the process's signals: made first thing in main(), before any thread. It blocks all but those of its
/// own faults (SIGSEGV and the like) and SIGTTIN and SIGTTOU, ignores SIGPIPE, and gives what comes in as a
/// readable descriptor.
class Signals {
 public:
  Signals();

  int fd() const { return fd_.get(); }

  /// The next signal that came in; nothing where none did. Never waits.
  std::optional<int> take();

  /// How long ago the first signal that asks to end was taken; nothing where none was.
  std::optional<std::chrono::milliseconds> since_told_to_end() const;

  /// For the steps before the program: SIGTERM, SIGINT, SIGHUP or SIGQUIT throws Error (terminated,
  /// interrupted, hung_up, quit) that names the signal and `step` ("while fetching the code"); others are
  /// dropped.
  Interrupt interrupt_of(const char* step);

 private:
  UniqueFd fd_;
  std::optional<std::chrono::steady_clock::time_point> told_to_end_;
};

}  // namespace sm_train
