#include <csignal>
#include <cstdlib>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "catch.hpp"
#include "launching.hpp"

using namespace sm_train;

namespace {

/// A terminal, with the test as the person who sits at it.
class Terminal {
 public:
  Terminal() : ours_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    REQUIRE(grantpt(ours_.get()) == 0);
    REQUIRE(unlockpt(ours_.get()) == 0);
    name_ = ptsname(ours_.get());
  }

  void type(const std::string& keys) const {
    CHECK(write(ours_.get(), keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
  }

  /// For a Child: makes it the standard input and the controlling terminal of a new session.
  void sit_down() const {
    setsid();
    const int fd = open(name_.c_str(), O_RDWR);
    ioctl(fd, TIOCSCTTY, 0);
    dup2(fd, STDIN_FILENO);
  }

 private:
  UniqueFd ours_;
  std::string name_;
};

void set_foreground(pid_t group) {
  std::signal(SIGTTOU, SIG_IGN);
  tcsetpgrp(STDIN_FILENO, group);
  std::signal(SIGTTOU, SIG_DFL);
}

/// What an interactive shell does for a job: in the foreground until it ends, and on with `fg` when it stops.
int run_as_job(const std::function<int()>& body) {
  const pid_t job = fork();
  if (job == 0) {
    setpgid(0, 0);
    set_foreground(getpgrp());
    _exit(body());
  }
  setpgid(job, job);
  int status = 0;
  while (waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status)) {
    set_foreground(getpgrp());
    [[maybe_unused]] const auto told = write(STDOUT_FILENO, "stopped\n", 8);
    set_foreground(job);
    kill(-job, SIGCONT);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("a program reads from the terminal, and we have it back afterwards") {
  const Terminal terminal;
  Child child([&] {
    terminal.sit_down();
    const int code = exit_code(launch_here(shell("read line; echo got $line; exit 3")));
    return tcgetpgrp(STDIN_FILENO) == getpgrp() ? code : 99;
  });
  terminal.type("hello\n");
  const auto end = child.finish();
  CHECK(end.out == "got hello\n");
  CHECK(end.exit_code == 3);
}

TEST_CASE("we have the terminal back from a program that could not be started") {
  const Terminal terminal;
  Child child([&] {
    terminal.sit_down();
    Signals signals;
    try {
      launch(command_of({"./no/such/program"}), signals);
    } catch (const std::exception&) {
      return tcgetpgrp(STDIN_FILENO) == getpgrp() ? 0 : 1;
    }
    return 2;
  });
  CHECK(child.finish().exit_code == 0);
}

TEST_CASE("Ctrl-C goes to the program, once") {
  const Terminal terminal;
  Child child([&] {
    terminal.sit_down();
    return exit_code(launch_here(shell("trap 'echo interrupted; exit 5' INT; echo ready; read line")));
  });
  child.wait_for("ready\n");
  terminal.type("\x03");
  const auto end = child.finish();
  CHECK(end.out == "ready\ninterrupted\n");
  CHECK(end.exit_code == 5);
}

TEST_CASE("Ctrl-Z stops the program and us, and the shell's fg continues both") {
  const Terminal terminal;
  Child child([&] {
    terminal.sit_down();
    return run_as_job([] {
      return exit_code(launch_here(shell("read first; echo $first; read second; echo $second; exit 4")));
    });
  });
  terminal.type("one\n");
  child.wait_for("one\n");
  terminal.type("\x1a");
  child.wait_for("stopped\n");
  terminal.type("two\n");
  const auto end = child.finish();
  CHECK(end.out == "one\nstopped\ntwo\n");
  CHECK(end.exit_code == 4);
}
