#pragma once

#include <optional>
#include <sys/types.h>

namespace sm_train {

/// Lends the terminal of our standard input, where we are in its foreground, to the program's process group:
/// only the foreground may read from it, and Ctrl-C goes there. Given back at the end. Without such a
/// terminal it does nothing.
class TerminalLoan {
 public:
  TerminalLoan();
  TerminalLoan(const TerminalLoan&) = delete;
  TerminalLoan& operator=(const TerminalLoan&) = delete;
  TerminalLoan(TerminalLoan&&) = delete;
  TerminalLoan& operator=(TerminalLoan&&) = delete;
  ~TerminalLoan() { take_back(); }

  /// The terminal of whose foreground a new process is to make itself, before it runs the program. Counts as
  /// lent from now on.
  std::optional<int> lend();

  /// Lends it again, if we are in its foreground now.
  void lend_again(pid_t group);

  bool is_lent() const { return lent_; }

  void take_back();

  /// Stops our own process group as Ctrl-Z would, until somebody continues it, so that the shell which waits
  /// for us has the terminal again. As PID 1 it returns at once.
  void stop_ourselves();

 private:
  std::optional<int> terminal_;
  bool lent_ = false;
};

}  // namespace sm_train
