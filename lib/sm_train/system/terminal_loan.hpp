#pragma once

#include <optional>
#include <sys/types.h>
#include <termios.h>

namespace sm_train {

/// Lends the terminal of our standard input to the program, where we are in its foreground. Given back at the
/// end. Without such a terminal it does nothing.
class TerminalLoan {
 public:
  enum class Kind {
    foreground,  ///< to the program's group: only the foreground may read from it, and Ctrl-C goes there
    keys,        ///< raw, for somebody to pass on every key to the program's own terminal
  };

  /// Our standard input is a terminal, and we are in its foreground.
  static bool is_possible();

  explicit TerminalLoan(Kind kind);
  TerminalLoan(const TerminalLoan&) = delete;
  TerminalLoan& operator=(const TerminalLoan&) = delete;
  TerminalLoan(TerminalLoan&&) = delete;
  TerminalLoan& operator=(TerminalLoan&&) = delete;
  ~TerminalLoan() { take_back(); }

  /// Counts as lent from now on. Gives the terminal of whose foreground a new process is to make itself,
  /// before it runs the program; none where just the keys are lent.
  std::optional<int> lend();

  /// Lends it again, if we are in its foreground now.
  void lend_again(pid_t group);

  bool is_lent() const { return lent_; }

  void take_back();

  /// Stops our own process group as Ctrl-Z would, until somebody continues it, so that the shell which waits
  /// for us has the terminal again. As PID 1 it returns at once.
  void stop_ourselves();

 private:
  void make_raw();

  Kind kind_;
  std::optional<int> terminal_;
  termios own_settings_ = {};
  bool lent_ = false;
};

}  // namespace sm_train
