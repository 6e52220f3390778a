#include "sm_train/stages/supervisor.hpp"

#include <cerrno>
#include <csignal>
#include <string>
#include <sys/wait.h>
#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/signal_name.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/signals.hpp"

namespace sm_train {

namespace {

using namespace std::chrono_literals;

// The kernel needs a moment to end what SIGKILL hit; what hangs in it for longer, in a network file system
// maybe, is not waited for.
constexpr auto time_to_die = 1s;

std::string seconds(std::chrono::milliseconds time) {
  return fmt::format("{:g} s", std::chrono::duration<double>(time).count());
}

}  // namespace

void Supervisor::on_signal(int signal) {
  if (signal == SIGCHLD)
    reap();
  else
    pass_on(signal);
}

void Supervisor::on_deadline() {
  deadline_.reset();
  if (done())
    gave_up_readers_ = true;
  else if (killed_)
    give_up_group();
  else if (is_at_time_limit())
    end_at_time_limit();
  else
    kill_group();
}

/// Nothing else sets a deadline while the program runs.
bool Supervisor::is_at_time_limit() const {
  return !end_ && !told_to_end_ && !timed_out_ && !end_was_requested_;
}

void Supervisor::end_at_time_limit() {
  timed_out_ = true;
  deadline_ = Clock::now() + options_.grace;
  ask_group_to_end();
}

void Supervisor::on_end_request() {
  end_was_requested_ = true;
  if (end_ || killed_) return;
  deadline_ = Clock::now() + options_.end_grace;
  // Without SIGCONT, which mpirun would pass on, and does not survive at its end.
  send_to_group(SIGTERM);
}

void Supervisor::ask_group_to_end() {
  send_to_group(SIGTERM);
  // A stopped process would not see it.
  send_to_group(SIGCONT);
}

void Supervisor::kill_group() {
  send_to_group(SIGKILL);
  if (!end_)
    log(LogLevel::warning, fmt::format("{} did not end in {}, and was killed", options_.name,
                                       seconds(end_was_requested_ ? options_.end_grace : options_.grace)));
  else
    log(LogLevel::warning, fmt::format("what {} left running did not end, and was killed", options_.name));
  killed_ = true;
  deadline_ = Clock::now() + time_to_die;
}

void Supervisor::give_up_group() {
  gave_up_group_ = true;
  gave_up_readers_ = told_to_end_ || told_after_end_;
  if (end_) return;
  log(LogLevel::warning,
      fmt::format("{} hangs in the kernel, where SIGKILL does not reach it, and is left behind",
                  options_.name));
  end_ = Killed{.signal = SIGKILL};
  terminal_.take_back();
}

void Supervisor::pass_on(int signal) {
  if (end_ || !options_.deliver || !options_.deliver(signal)) send_to_group(signal);
  if (signal == SIGTSTP) {
    stop_was_asked_for_ = true;
    // The kernel drops SIGTSTP where nobody else is in the session who could continue the program. What it
    // does itself for SIGTSTP is lost.
    if (has_own_session_) send_to_group(SIGSTOP);
  }
  if (signal == SIGCONT) stop_was_asked_for_ = stop_key_was_typed_ = false;
  if (signal == SIGCONT || signal == SIGWINCH) terminal_.lend_keys();
  if (asks_to_end(signal)) on_told_to_end(signal);
}

void Supervisor::on_told_to_end(int signal) {
  if (end_) {
    // What is left to do has its own time. Only readers of our output were waited for without end.
    if (!told_after_end_ && !deadline_) deadline_ = Clock::now() + options_.leftovers_grace;
    told_after_end_ = true;
    return;
  }
  if (told_to_end_) return;
  told_to_end_ = signal;
  // Who is wanted no longer has its time already.
  if (end_was_requested_) return;
  if (!killed_) deadline_ = Clock::now() + options_.grace;
  log(LogLevel::info, fmt::format("{} was passed on to {}, which has {} before SIGKILL", signal_name(signal),
                                  options_.name, seconds(options_.grace)));
}

void Supervisor::on_stop_key() {
  stop_key_was_typed_ = true;
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
    on_program_stopped(WSTOPSIG(status));
    return;
  }
  if (WIFSIGNALED(status))
    end_ = Killed{.signal = WTERMSIG(status)};
  else
    end_ = Exited{.code = WEXITSTATUS(status)};
  // No longer the time limit's.
  if (!told_to_end_ && !timed_out_ && !end_was_requested_) deadline_.reset();
  terminal_.take_back();
}

void Supervisor::on_program_stopped(int signal) {
  const bool wants_terminal = signal == SIGTTIN || signal == SIGTTOU;
  if (wants_terminal && terminal_.lend_foreground(program_)) {
    send_to_group(SIGCONT);
    return;
  }
  const bool was_lent = terminal_.is_lent();
  const bool by_signal = std::exchange(stop_was_asked_for_, false);
  const bool by_key =
      std::exchange(stop_key_was_typed_, false) || (was_lent && signal == SIGTSTP && !by_signal);
  // Whoever stopped just the program continues it too.
  if (!wants_terminal && !by_signal && !by_key) return;
  if (!is_job_of_a_shell()) {
    // Whoever sent SIGTSTP can send SIGCONT. A key that continues there is not.
    if (by_key) send_to_group(SIGCONT);
    return;
  }
  terminal_.take_back();
  stop(was_lent ? Stopping::our_group : Stopping::ourselves);
  terminal_.lend_keys();
  send_to_group(SIGCONT);
}

void Supervisor::end_leftovers() {
  group_is_empty_ = kill(-program_, 0) != 0 && errno == ESRCH;
  if (group_is_empty_) {
    // The grace time also bounds how long a slow reader of our output is waited for.
    if (!told_to_end_ && !told_after_end_) deadline_.reset();
    return;
  }
  if (std::exchange(leftovers_told_, true) || killed_) return;
  // A shell makes its background jobs ignore SIGINT and SIGQUIT. A second SIGTERM could end in a hurry what
  // the first one has begun to end well.
  if (!deadline_) deadline_ = Clock::now() + options_.leftovers_grace;
  if (told_to_end_ == SIGTERM && !options_.deliver) return;
  const auto left = std::chrono::round<std::chrono::seconds>(*deadline_ - Clock::now());
  log(LogLevel::info, fmt::format("{} left processes running: they get SIGTERM, and SIGKILL in {}",
                                  options_.name, seconds(left)));
  ask_group_to_end();
}

void Supervisor::send_to_group(int signal) {
  if (group_is_empty_) return;
  // The program may have moved to another group, and be alone in its own.
  if (kill(-program_, signal) != 0 && errno == ESRCH && !end_) kill(program_, signal);
}

}  // namespace sm_train
