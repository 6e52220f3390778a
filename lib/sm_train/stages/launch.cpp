#include "sm_train/stages/launch.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <limits>
#include <optional>
#include <poll.h>
#include <sys/prctl.h>

#include "sm_train/stages/program_streams.hpp"
#include "sm_train/stages/supervisor.hpp"
#include "sm_train/system/memory_events.hpp"
#include "sm_train/system/process.hpp"

namespace sm_train {

namespace {

int milliseconds_until(std::optional<Supervisor::Clock::time_point> deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Supervisor::Clock::now());
  return static_cast<int>(
      std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, std::numeric_limits<int>::max()));
}

/// Waits until a signal is in, the time is over, or a stream can go on, and does all that can be done then.
void do_one_round(Signals& signals, Supervisor& supervisor, ProgramStreams& streams) {
  ProgramStreams::Interests ready = streams.interests();
  std::array<pollfd, 2 + ready.size()> wanted = {
      pollfd{.fd = signals.fd(), .events = POLLIN, .revents = 0},
      pollfd{.fd = supervisor.end_request(), .events = POLLIN, .revents = 0}};
  std::copy(ready.begin(), ready.end(), wanted.begin() + 2);
  if (poll(wanted.data(), wanted.size(), milliseconds_until(supervisor.deadline())) < 0) return;

  while (const auto signal = signals.take()) {
    if (*signal == SIGWINCH || *signal == SIGCONT) streams.follow_window_size();
    supervisor.on_signal(*signal);
  }
  if (supervisor.deadline() && *supervisor.deadline() <= Supervisor::Clock::now()) supervisor.on_deadline();
  if (wanted[1].revents != 0) supervisor.on_end_request();
  std::copy(wanted.begin() + 2, wanted.end(), ready.begin());
  if (streams.advance(ready, supervisor.program())) supervisor.on_stop_key();
}

void stay_with(Signals& signals, Supervisor& supervisor, ProgramStreams& streams) {
  while (!supervisor.done()) do_one_round(signals, supervisor, streams);
  streams.end_after_pending();
  while (!streams.done() && !supervisor.gave_up_readers()) do_one_round(signals, supervisor, streams);
}

}  // namespace

Outcome launch(const Command& command, Signals& signals, const LaunchOptions& options) {
  // As PID 1 orphans come to us anyway.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const auto kills_before = out_of_memory_kills();
  ProgramStreams streams(options.relay_output, options.rewrite_output);
  const pid_t program = start_process(command, streams.lend());
  streams.program_has_them();

  Supervisor supervisor(program, options, streams);
  stay_with(signals, supervisor, streams);
  return {.end = supervisor.end(),
          .stdout_tail = streams.stdout_tail(),
          .stderr_tail = streams.stderr_tail(),
          .told_to_end = supervisor.told_to_end(),
          .timed_out = supervisor.timed_out(),
          .out_of_memory = out_of_memory_kills() > kills_before};
}

}  // namespace sm_train
