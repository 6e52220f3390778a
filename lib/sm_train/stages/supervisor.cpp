#include "sm_train/stages/supervisor.hpp"

#include <cerrno>
#include <csignal>
#include <string>
#include <sys/wait.h>

#include <fmt/format.h>

#include "sm_train/contract/signal_name.hpp"
#include "sm_train/system/log.hpp"

namespace sm_train {

namespace {

using namespace std::chrono_literals;

// The kernel needs a moment to end what SIGKILL hit; what hangs in it for longer, in a network file system
// maybe, is not waited for.
constexpr auto time_to_die = 1s;

std::string seconds(std::chrono::milliseconds time) {
  return fmt::format("{:g} s", std::chrono::duration<double>(time).count());
}

bool asks_to_end(int signal) {
  return signal == SIGTERM || signal == SIGINT || signal == SIGHUP || signal == SIGQUIT;
}

}  // namespace

void Supervisor::on_signal(int signal) {
  if (signal == SIGCHLD)
    reap();
  else
    pass_on(signal);
}

void Supervisor::on_deadline() {
  if (killed_) {
    overdue_ = true;
    deadline_.reset();
    return;
  }
  if (is_at_time_limit()) {
    timed_out_ = true;
    tell_to_end_in(options_.grace);
    return;
  }
  send_to_group(SIGKILL);
  if (!end_)
    log(LogLevel::warning,
        fmt::format("{} did not end in {}, and was killed", options_.name, seconds(options_.grace)));
  else if (!group_is_empty_)
    log(LogLevel::warning, fmt::format("what {} left running did not end, and was killed", options_.name));
  killed_ = true;
  deadline_ = Clock::now() + time_to_die;
}

/// Nothing else sets a deadline while the program runs.
bool Supervisor::is_at_time_limit() const {
  return !end_ && !told_to_end_ && !timed_out_;
}

void Supervisor::tell_to_end_in(std::chrono::milliseconds grace) {
  send_to_group(SIGTERM);
  // A stopped process would not see it.
  send_to_group(SIGCONT);
  deadline_ = Clock::now() + grace;
}

void Supervisor::pass_on(int signal) {
  send_to_group(signal);
  if (signal == SIGTSTP && has_own_session_) on_stop_key();
  if (signal == SIGCONT) terminal_.lend_again(program_);
  if (!asks_to_end(signal) || told_to_end_) return;
  told_to_end_ = signal;
  if (!killed_) deadline_ = Clock::now() + options_.grace;
  if (end_) return;
  log(LogLevel::info, fmt::format("{} was passed on to {}, which has {} before SIGKILL", signal_name(signal),
                                  options_.name, seconds(options_.grace)));
}

void Supervisor::on_stop_key() {
  // Its handlers of SIGTSTP have been called. The kernel drops what else that does where nobody else is in
  // the session who could continue it.
  send_to_group(SIGSTOP);
}

void Supervisor::reap() {
  int status = 0;
  // Until there is none: SIGCHLDs coalesce.
  while (const pid_t pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) {
    if (pid < 0) break;
    if (pid == program_) on_program_status(status);
  }
  if (end_ && !group_is_empty_) end_leftovers();
}

void Supervisor::on_program_status(int status) {
  if (WIFSTOPPED(status)) {
    on_program_stopped();
    return;
  }
  if (WIFSIGNALED(status))
    end_ = Killed{.signal = WTERMSIG(status)};
  else
    end_ = Exited{.code = WEXITSTATUS(status)};
  // No longer the time limit's.
  if (!told_to_end_ && !timed_out_) deadline_.reset();
  terminal_.take_back();
}

void Supervisor::on_program_stopped() {
  if (!terminal_.is_lent()) return;
  terminal_.take_back();
  terminal_.stop_ourselves();
  terminal_.lend_again(program_);
  send_to_group(SIGCONT);
}

void Supervisor::end_leftovers() {
  group_is_empty_ = kill(-program_, 0) != 0 && errno == ESRCH;
  if (group_is_empty_) {
    // The grace time also bounds how long a slow reader of our output is waited for.
    if (!told_to_end_) deadline_.reset();
    return;
  }
  if (deadline_ || killed_) return;
  log(LogLevel::info, fmt::format("{} left processes running: they get SIGTERM, and SIGKILL in {}",
                                  options_.name, seconds(options_.leftovers_grace)));
  tell_to_end_in(options_.leftovers_grace);
}

void Supervisor::send_to_group(int signal) {
  if (group_is_empty_) return;
  // The program may have moved to another group, and be alone in its own.
  if (kill(-program_, signal) != 0 && errno == ESRCH && !end_) kill(program_, signal);
}

}  // namespace sm_train
