#include "sm_train/system/signals.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/signalfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/signal_name.hpp"

namespace sm_train {

namespace {

// Those of our own faults, and those that stop us for touching a terminal from the background.
constexpr std::array not_for_the_program = {SIGABRT, SIGBUS,  SIGFPE,  SIGILL, SIGSEGV,
                                            SIGSYS,  SIGTRAP, SIGTTIN, SIGTTOU};

constexpr std::array<std::pair<int, Cause>, 4> ending = {{
    {SIGTERM, Cause::terminated},
    {SIGINT, Cause::interrupted},
    {SIGHUP, Cause::hung_up},
    {SIGQUIT, Cause::quit},
}};

bool is_ignored(int signal) {
  struct sigaction action = {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

sigset_t signals_to_own() {
  sigset_t set;
  sigfillset(&set);
  for (const int signal : not_for_the_program) sigdelset(&set, signal);
  // Whoever starts us under nohup(1) wants the program to outlive the terminal. A shell also ignores SIGINT
  // and SIGQUIT for what it starts with &, but those may still be sent on purpose.
  if (is_ignored(SIGHUP)) sigdelset(&set, SIGHUP);
  return set;
}

}  // namespace

bool asks_to_end(int signal) {
  return std::any_of(ending.begin(), ending.end(), [&](const auto& each) { return each.first == signal; });
}

void throw_if_ending(int signal, const char* step) {
  for (const auto& [known, cause] : ending)
    if (signal == known)
      throw Error({.cause = cause,
                   .what = "Stopped by " + signal_name(signal) + " " + step + ".",
                   .remedy = "Start it again if nobody meant to stop it."});
}

Signals::Signals() {
  const sigset_t set = signals_to_own();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // Inherited as ignored, SIGCHLD would make the kernel drop the exit codes of children.
  std::signal(SIGCHLD, SIG_DFL);
  std::signal(SIGPIPE, SIG_IGN);
  fd_.reset(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_)
    throw Error({.cause = Cause::internal,
                 .what = "No signalfd: " + std::generic_category().message(errno) + ".",
                 .remedy = "Raise the limit of open files (ulimit -n)."});
}

std::optional<int> Signals::take() {
  signalfd_siginfo info = {};
  if (read(fd_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
  const int signal = static_cast<int>(info.ssi_signo);
  if (asks_to_end(signal) && !told_to_end_) told_to_end_ = std::chrono::steady_clock::now();
  return signal;
}

std::optional<std::chrono::milliseconds> Signals::since_told_to_end() const {
  if (!told_to_end_) return std::nullopt;
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - *told_to_end_);
}

Interrupt Signals::interrupt_of(const char* step) {
  return {.fd = fd(), .check = [this, step] {
            while (const auto signal = take()) throw_if_ending(*signal, step);
          }};
}

}  // namespace sm_train
