#include <csignal>
#include <thread>

#include "catch.hpp"
#include "launching.hpp"
#include "sm_train/system/log.hpp"

using namespace sm_train;

namespace {

const std::string passed_on =
    "sm-train: SIGTERM was passed on to the program, which has 110 s before SIGKILL\n";

/// Writes `first` to stderr, and at SIGTERM `last`, which it tells on stdout; then it ends at SIGUSR1.
Command writer(const std::string& first, const std::string& last) {
  return python(
      "import os, signal, sys, time\n"
      "signal.signal(signal.SIGTERM, lambda *_: (os.write(2, b'''" +
      last +
      "'''), print('handled')))\n"
      "signal.signal(signal.SIGUSR1, lambda *_: os._exit(3))\n"
      "os.write(2, b'''" +
      first +
      "''')\n"
      "print('ready')\n"
      "while True: time.sleep(0.05)");
}

}  // namespace

TEST_CASE("the log stands between the lines of the program's stderr") {
  Child child([] {
    dup2(STDOUT_FILENO, STDERR_FILENO);
    return exit_code(launch_here(writer("a line\n", "")));
  });
  child.wait_for("ready\n");
  child.send(SIGTERM);
  child.wait_for(passed_on);
  child.send(SIGUSR1);
  CHECK(child.finish().exit_code == 3);
}

TEST_CASE("the log waits for the end of the line that the program has begun") {
  Child child([] { return exit_code(launch_here(writer("half", " done\nand more"))); });
  child.wait_for("ready\n");
  child.send(SIGTERM);
  child.wait_for("handled\n");
  child.send(SIGUSR1);
  CHECK(child.finish().err == "half done\n" + passed_on + "and more");
}

TEST_CASE("a reader of the log that has stopped stops nobody") {
  Child child([] {
    Pipe full;
    dup2(full.write_end.get(), STDERR_FILENO);
    fcntl(STDERR_FILENO, F_SETFL, O_NONBLOCK);
    const std::string block(4096, 'x');
    while (write(STDERR_FILENO, block.data(), block.size()) > 0) continue;
    fcntl(STDERR_FILENO, F_SETFL, 0);
    log(LogLevel::info, "before");
    const int code = exit_code(launch_here(shell("echo more >&2; kill -TERM $PPID; sleep 1000"),
                                           {.grace = std::chrono::milliseconds(100)}));
    log(LogLevel::info, "after");
    return code;
  });
  CHECK(child.finish().exit_code == 143);
}

TEST_CASE("a line that the program never ends is ended before the log goes on") {
  const bool log_meanwhile = GENERATE(true, false);
  Child child([] {
    const int code = exit_code(launch_here(writer("half", "")));
    log(LogLevel::info, "after");
    return code;
  });
  child.wait_for("ready\n");
  if (log_meanwhile) child.send(SIGTERM);
  child.send(SIGUSR1);
  CHECK(child.finish().err == "half\n" + (log_meanwhile ? passed_on : "") + "sm-train: after\n");
}

TEST_CASE("threads may log while a program fills stderr, and no line is torn or lost") {
  Child child([] {
    std::jthread thread([] {
      for (int i = 0; i < 200; ++i) log(LogLevel::info, "of a thread");
    });
    return exit_code(
        launch_here(python("import os\nfor i in range(2000): os.write(2, b'x' * 999 + b'\\n')")));
  });
  const auto end = child.finish();
  std::size_t own = 0;
  std::size_t others = 0;
  for (std::size_t start = 0; start < end.err.size();) {
    const std::string line = end.err.substr(start, end.err.find('\n', start) - start);
    own += line == "sm-train: of a thread" ? 1 : 0;
    others += line == std::string(999, 'x') ? 1 : 0;
    start += line.size() + 1;
  }
  CHECK(own == 200);
  CHECK(others == 2000);
  CHECK(end.err.size() == 200 * 22 + 2000 * 1000);
}
