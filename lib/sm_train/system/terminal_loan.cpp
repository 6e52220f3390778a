#include "sm_train/system/terminal_loan.hpp"

#include <csignal>
#include <unistd.h>

namespace sm_train {

namespace {

bool in_foreground(int terminal) {
  return tcgetpgrp(terminal) == getpgrp();
}

/// From the background, to change a terminal would stop us with SIGTTOU were that not blocked.
class StopForOutputBlocked {
 public:
  StopForOutputBlocked() {
    sigset_t stop_for_output;
    sigemptyset(&stop_for_output);
    sigaddset(&stop_for_output, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &stop_for_output, &before_);
  }
  StopForOutputBlocked(const StopForOutputBlocked&) = delete;
  StopForOutputBlocked& operator=(const StopForOutputBlocked&) = delete;
  StopForOutputBlocked(StopForOutputBlocked&&) = delete;
  StopForOutputBlocked& operator=(StopForOutputBlocked&&) = delete;
  ~StopForOutputBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_ = {};
};

}  // namespace

bool TerminalLoan::is_possible() {
  return isatty(STDIN_FILENO) != 0 && in_foreground(STDIN_FILENO);
}

TerminalLoan::TerminalLoan(Kind kind) : kind_(kind) {
  if (is_possible()) terminal_ = STDIN_FILENO;
}

std::optional<int> TerminalLoan::lend() {
  lent_ = terminal_.has_value();
  if (kind_ == Kind::foreground) return terminal_;
  if (lent_) make_raw();
  return std::nullopt;
}

void TerminalLoan::lend_again(pid_t group) {
  if (!terminal_ || !in_foreground(*terminal_)) return;
  lent_ = true;
  const StopForOutputBlocked blocked;
  if (kind_ == Kind::keys)
    make_raw();
  else
    tcsetpgrp(*terminal_, group);
}

void TerminalLoan::make_raw() {
  tcgetattr(*terminal_, &own_settings_);
  termios raw = own_settings_;
  cfmakeraw(&raw);
  tcsetattr(*terminal_, TCSANOW, &raw);
}

void TerminalLoan::take_back() {
  if (!lent_) return;
  lent_ = false;
  const StopForOutputBlocked blocked;
  if (kind_ == Kind::keys)
    tcsetattr(*terminal_, TCSADRAIN, &own_settings_);
  else
    tcsetpgrp(*terminal_, getpgrp());
}

void TerminalLoan::stop_ourselves() {
  sigset_t stop;
  sigset_t before;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  // SIGTSTP and not SIGSTOP: the kernel drops it where no shell is there to continue us.
  kill(0, SIGTSTP);
  pthread_sigmask(SIG_UNBLOCK, &stop, &before);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace sm_train
