#include "sm_train/system/signals.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "support/child.hpp"

using namespace sm_train;
using Catch::Matchers::Contains;

TEST_CASE("each signal that can be forwarded is taken, and none ends the process") {
  Child child([] {
    Signals signals;
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT, SIGTSTP,
                             SIGCHLD, SIGALRM, SIGXCPU, SIGRTMIN, SIGRTMAX}) {
      raise(signal);
      if (signals.take() != signal) return signal;
    }
    return signals.take() ? 99 : 0;
  });
  CHECK(child.finish().exit_code == 0);
}

TEST_CASE("the descriptor is readable when a signal came in, and closes on exec") {
  Child child([] {
    Signals signals;
    pollfd wanted = {.fd = signals.fd(), .events = POLLIN, .revents = 0};
    if (poll(&wanted, 1, 0) != 0) return 1;
    raise(SIGUSR1);
    if (poll(&wanted, 1, 0) != 1) return 2;
    return (fcntl(signals.fd(), F_GETFD) & FD_CLOEXEC) != 0 ? 0 : 3;
  });
  CHECK(child.finish().exit_code == 0);
}

TEST_CASE("a write to a closed pipe is an error and not a signal") {
  Child child([] {
    const Signals signals;
    std::array<int, 2> ends = {-1, -1};
    if (pipe(ends.data()) != 0) return 1;
    close(ends[0]);
    return write(ends[1], "x", 1) == -1 && errno == EPIPE ? 0 : 2;
  });
  CHECK(child.finish().exit_code == 0);
}

TEST_CASE("a signal that asks to end interrupts a step with an error that names both") {
  const auto [signal, name, code] = GENERATE(table<int, std::string, int>({{SIGTERM, "SIGTERM", 143},
                                                                           {SIGINT, "SIGINT", 130},
                                                                           {SIGHUP, "SIGHUP", 129},
                                                                           {SIGQUIT, "SIGQUIT", 131}}));
  Child child([number = signal] {
    Signals signals;
    const auto interrupt = signals.interrupt_of("while fetching the code");
    interrupt.check();
    raise(SIGUSR1);
    raise(SIGCHLD);
    interrupt.check();
    raise(number);
    interrupt.check();
    return 99;
  });
  const auto end = child.finish();
  CHECK(end.exit_code == code);
  CHECK_THAT(end.err, Contains("Stopped by " + name + " while fetching the code"));
}

TEST_CASE("a SIGHUP that nohup ignored stays ignored") {
  Child child([] {
    std::signal(SIGHUP, SIG_IGN);
    Signals signals;
    raise(SIGHUP);
    return signals.take() ? 1 : 0;
  });
  CHECK(child.finish().exit_code == 0);
}
