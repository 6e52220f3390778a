#include "sm_train/distributed/mpi_ranks.hpp"

#include <csignal>
#include <poll.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/distributed/rank_start.hpp"
#include "sm_train/system/descendants.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/log.hpp"

namespace sm_train {

namespace {

// Open MPI sets it for each rank, of any of its versions.
constexpr const char* rank_variable = "OMPI_COMM_WORLD_RANK";

}  // namespace

std::vector<pid_t> ranks_here() {
  std::vector<pid_t> ranks;
  for (const pid_t process : descendants())
    // What a rank has started has its variables too.
    if (was_started_with(process, rank_variable) && !was_started_with(parent_of(process), rank_variable))
      ranks.push_back(process);
  return ranks;
}

void signal_ranks_here(int signal) {
  for (const pid_t rank : ranks_here()) kill(getpgid(rank) == rank ? -rank : rank, signal);
}

bool RankEnding::tell(int signal) {
  const std::lock_guard lock(mutex_);
  if (!told_.insert(signal).second) return false;
  try {
    write_file_atomically(ending_file(rank_file_), std::to_string(signal), 0600);
  } catch (const Error& error) {
    log(LogLevel::warning, error.failure().what);
  }
  signal_ranks_here(signal);
  return true;
}

void end_descendants(std::chrono::milliseconds grace, const Signals& signals) {
  using namespace std::chrono_literals;
  using Clock = std::chrono::steady_clock;
  // What mpirun and sshd have started needs a moment to see their end.
  const auto told = Clock::now() + 500ms;
  const auto end = told + grace;
  // What SIGKILL does not end hangs in the kernel.
  const auto last = end + 1s;
  bool is_told = false;
  for (;;) {
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    const std::vector<pid_t> left = descendants();
    const auto now = Clock::now();
    if (left.empty() || now >= last) return;
    if (now >= told && !std::exchange(is_told, true)) {
      log(LogLevel::info,
          fmt::format("the ranks left processes running: they get SIGTERM, and SIGKILL in {} s",
                      std::chrono::round<std::chrono::seconds>(grace).count()));
      for (const pid_t process : left) kill(process, SIGTERM);
    }
    if (now >= end)
      for (const pid_t process : left) kill(process, SIGKILL);
    // The end of a child of a child is no signal to us, so now and then is looked anyway.
    constexpr int look_again_ms = 50;
    pollfd wanted = {.fd = signals.fd(), .events = POLLIN, .revents = 0};
    poll(&wanted, 1, look_again_ms);
  }
}

}  // namespace sm_train
