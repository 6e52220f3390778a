#include "sm_train/stages/launch.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <optional>
#include <poll.h>
#include <string>
#include <sys/prctl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "sm_train/contract/failure.hpp"
#include "sm_train/stages/relay.hpp"
#include "sm_train/stages/supervisor.hpp"
#include "sm_train/system/memory_events.hpp"
#include "sm_train/system/process.hpp"
#include "sm_train/system/terminal_loan.hpp"

namespace sm_train {

namespace {

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

Pipe make_pipe() {
  std::array<int, 2> ends = {-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    throw Error({.cause = Cause::unavailable,
                 .what = "No pipe for the program's output: " + std::generic_category().message(errno) + ".",
                 .remedy = "Raise the limit of open files (ulimit -n)."});
  return {.read_end = UniqueFd(ends[0]), .write_end = UniqueFd(ends[1])};
}

Relay make_relay(UniqueFd source, int fd, const LaunchOptions& options) {
  return {std::move(source), options.relay_output ? std::optional<OutputStream>(fd) : std::nullopt};
}

int milliseconds_until(std::optional<Supervisor::Clock::time_point> deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Supervisor::Clock::now());
  return static_cast<int>(
      std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, std::numeric_limits<int>::max()));
}

/// Waits until a signal is in, the time is over, or a stream can go on, and does all that can be done then.
void do_one_round(Signals& signals, Supervisor& supervisor, Relay& out, Relay& err) {
  std::array<pollfd, 3> wanted = {pollfd{.fd = signals.fd(), .events = POLLIN, .revents = 0}, out.interest(),
                                  err.interest()};
  if (poll(wanted.data(), wanted.size(), milliseconds_until(supervisor.deadline())) < 0) return;

  while (const auto signal = signals.take()) supervisor.on_signal(*signal);
  if (supervisor.deadline() && *supervisor.deadline() <= Supervisor::Clock::now()) supervisor.on_deadline();
  if (wanted[1].revents != 0) out.advance();
  if (wanted[2].revents != 0) err.advance();
}

void stay_with(Signals& signals, Supervisor& supervisor, Relay& out, Relay& err) {
  while (!supervisor.done()) do_one_round(signals, supervisor, out, err);
  out.end_after_pending();
  err.end_after_pending();
  while (!(out.done() && err.done()) && !supervisor.overdue()) do_one_round(signals, supervisor, out, err);
}

}  // namespace

Outcome launch(const Command& command, Signals& signals, const LaunchOptions& options) {
  // As PID 1 orphans come to us anyway.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const auto kills_before = out_of_memory_kills();
  Pipe out_pipe = make_pipe();
  Pipe err_pipe = make_pipe();
  Relay out = make_relay(std::move(out_pipe.read_end), STDOUT_FILENO, options);
  Relay err = make_relay(std::move(err_pipe.read_end), STDERR_FILENO, options);

  TerminalLoan terminal;
  const pid_t program = start_process(
      command,
      {.out = out_pipe.write_end.get(), .err = err_pipe.write_end.get(), .terminal = terminal.lend()});
  // Theirs alone now: a pipe ends when all that could write to it have gone.
  out_pipe.write_end.reset();
  err_pipe.write_end.reset();

  Supervisor supervisor(program, options, terminal);
  stay_with(signals, supervisor, out, err);
  return {.end = supervisor.end(),
          .stdout_tail = out.take_tail(),
          .stderr_tail = err.take_tail(),
          .told_to_end = supervisor.told_to_end(),
          .out_of_memory = out_of_memory_kills() > kills_before};
}

}  // namespace sm_train
