#include "sm_train/system/terminal_loan.hpp"

#include <csignal>
#include <unistd.h>

#include "sm_train/system/blocked_signals.hpp"

namespace sm_train {

namespace {

bool in_foreground(int terminal) {
  return tcgetpgrp(terminal) == getpgrp();
}

/// From the background, to change a terminal would stop us with SIGTTOU were that not blocked.
BlockedSignals block_stop_for_output() {
  return BlockedSignals::only(SIGTTOU);
}

}  // namespace

bool TerminalLoan::can_be_lent() const {
  return !lent_ && isatty(STDIN_FILENO) != 0 && in_foreground(STDIN_FILENO);
}

void TerminalLoan::lend_keys() {
  if (kind_ != Kind::keys || !can_be_lent()) return;
  lent_ = true;
  const BlockedSignals blocked = block_stop_for_output();
  tcgetattr(STDIN_FILENO, &own_settings_);
  termios raw = own_settings_;
  cfmakeraw(&raw);
  // Others write to it as well.
  raw.c_oflag = own_settings_.c_oflag;
  tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

bool TerminalLoan::lend_foreground(pid_t group) {
  if (kind_ != Kind::on_demand || !can_be_lent()) return false;
  const BlockedSignals blocked = block_stop_for_output();
  lent_ = tcsetpgrp(STDIN_FILENO, group) == 0;
  return lent_;
}

void TerminalLoan::take_back() {
  if (!lent_) return;
  lent_ = false;
  const BlockedSignals blocked = block_stop_for_output();
  if (kind_ == Kind::keys)
    tcsetattr(STDIN_FILENO, TCSADRAIN, &own_settings_);
  else
    tcsetpgrp(STDIN_FILENO, getpgrp());
}

bool is_job_of_a_shell() {
  const pid_t parent = getppid();
  return parent > 0 && getsid(parent) == getsid(0) && getpgid(parent) != getpgrp();
}

void stop(Stopping whom) {
  sigset_t key;
  sigset_t before;
  sigemptyset(&key);
  sigaddset(&key, SIGTSTP);
  // SIGTSTP and not SIGSTOP: the kernel drops it where no shell is there to continue us.
  kill(whom == Stopping::our_group ? 0 : getpid(), SIGTSTP);
  pthread_sigmask(SIG_UNBLOCK, &key, &before);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace sm_train
