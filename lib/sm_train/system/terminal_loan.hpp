#pragma once

#include <sys/types.h>
#include <termios.h>

namespace sm_train {

/// Lends the terminal of our standard input to the program, while we are in its foreground. Given back at the
/// end.
class TerminalLoan {
 public:
  enum class Kind {
    none,
    on_demand,  ///< its foreground, to a program that asks for it: others of our job may want it as well
    keys,       ///< raw, for somebody to pass every key on to the program's own terminal
  };

  explicit TerminalLoan(Kind kind) : kind_(kind) {}
  TerminalLoan(const TerminalLoan&) = delete;
  TerminalLoan& operator=(const TerminalLoan&) = delete;
  TerminalLoan(TerminalLoan&&) = delete;
  TerminalLoan& operator=(TerminalLoan&&) = delete;
  ~TerminalLoan() { take_back(); }

  /// To be called at the start, and whenever we may have come into the foreground. Just keys are lent so.
  void lend_keys();

  /// For a program that was stopped since it is not in the foreground. False where it cannot be now.
  bool lend_foreground(pid_t group);

  bool is_lent() const { return lent_; }

  void take_back();

 private:
  bool can_be_lent() const;

  Kind kind_;
  termios own_settings_ = {};
  bool lent_ = false;
};

/// Who stops with us: others of our process group saw the key only where the terminal was not lent.
enum class Stopping { ourselves, our_group };

/// Whether a shell waits for our process group, and would continue it: for PID 1 and under a supervisor there
/// is none.
bool is_job_of_a_shell();

/// As Ctrl-Z would, until somebody continues us, so that the shell which waits for us has the terminal again.
/// To be called where is_job_of_a_shell().
void stop(Stopping whom);

}  // namespace sm_train
