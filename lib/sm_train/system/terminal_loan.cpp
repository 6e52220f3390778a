#include "sm_train/system/terminal_loan.hpp"

#include <csignal>
#include <unistd.h>

namespace sm_train {

namespace {

bool in_foreground(int terminal) {
  return tcgetpgrp(terminal) == getpgrp();
}

/// From the background, tcsetpgrp() would stop us with SIGTTOU were that not blocked.
void set_foreground(int terminal, pid_t group) {
  sigset_t stop_for_output;
  sigset_t before;
  sigemptyset(&stop_for_output);
  sigaddset(&stop_for_output, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &stop_for_output, &before);
  tcsetpgrp(terminal, group);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace

TerminalLoan::TerminalLoan() {
  if (isatty(STDIN_FILENO) != 0 && in_foreground(STDIN_FILENO)) terminal_ = STDIN_FILENO;
}

std::optional<int> TerminalLoan::lend() {
  lent_ = terminal_.has_value();
  return terminal_;
}

void TerminalLoan::lend_again(pid_t group) {
  if (!terminal_ || !in_foreground(*terminal_)) return;
  set_foreground(*terminal_, group);
  lent_ = true;
}

void TerminalLoan::take_back() {
  if (!lent_) return;
  set_foreground(*terminal_, getpgrp());
  lent_ = false;
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
