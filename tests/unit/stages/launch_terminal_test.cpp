#include <sys/ioctl.h>
#include <termios.h>

#include "catch.hpp"
#include "launching.hpp"
#include "sm_train/system/log.hpp"
#include "support/terminal.hpp"

using namespace sm_train;

namespace {

const std::vector<int> all_streams = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};

void say_stopped() {
  [[maybe_unused]] const auto told = write(STDOUT_FILENO, "stopped\n", 8);
}

/// Asks for the terminal, and waits for SIGINT in a way that cannot miss one that comes early.
Command interrupt_counter() {
  return python(R"(
import os, signal, threading
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
threading.Thread(target=os.read, args=(0, 1), daemon=True).start()
print("ready")
signal.sigwait([signal.SIGINT])
print("interrupted", "twice" if signal.sigtimedwait([signal.SIGINT], 0.2) else "once")
exit(5)
)");
}

/// Tells of itself, then waits for a line and for SIGWINCH, of which it misses none.
Command terminal_teller() {
  return python(R"(
import os, select, signal
told, teller = os.pipe()
os.set_blocking(teller, False)
signal.set_wakeup_fd(teller)
signal.signal(signal.SIGWINCH, lambda *_: print("now", os.get_terminal_size(1).columns))
print(*(int(os.isatty(fd)) for fd in (0, 1, 2)), end=";")
print(os.get_terminal_size(1).columns, os.getsid(0) == os.getpid(), "ready")
while 0 not in select.select([0, told], [], [])[0]: os.read(told, 1)
print("got", input())
)");
}

}  // namespace

TEST_CASE("a program whose output is no terminal reads from ours, and we have it back afterwards") {
  const Terminal terminal;
  Child child([&] {
    terminal.sit_down({STDIN_FILENO});
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
    terminal.sit_down({STDIN_FILENO});
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
    terminal.sit_down({STDIN_FILENO});
    return exit_code(launch_here(interrupt_counter()));
  });
  child.wait_for("ready\n");
  terminal.type("\x03");
  const auto end = child.finish();
  CHECK(end.out == "ready\ninterrupted once\n");
  CHECK(end.exit_code == 5);
}

TEST_CASE("Ctrl-Z stops the program and us, and the shell's fg continues both") {
  const Terminal terminal;
  Child child([&] {
    terminal.sit_down({STDIN_FILENO});
    return run_as_job(
        [] {
          return exit_code(launch_here(shell("read first; echo $first; read second; echo $second; exit 4")));
        },
        say_stopped);
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

TEST_CASE("the terminal stays with our job, whose others may want it, until the program asks for it") {
  const Terminal terminal;
  Child child([&] {
    terminal.sit_down({STDIN_FILENO});
    return exit_code(
        launch_here(python("import os\n"
                           "print(os.tcgetpgrp(0) == os.getpgrp())\n"
                           "print(input(), os.tcgetpgrp(0) == os.getpgrp())")));
  });
  child.wait_for("False\n");
  terminal.type("hello\n");
  CHECK(child.finish().out == "False\nhello True\n");
}

TEST_CASE("Ctrl-Z stops a program that reads no keys and us, and fg continues both") {
  Terminal terminal;
  Child child([&] {
    terminal.sit_down(all_streams);
    return run_as_job(
        [] {
          const UniqueFd null(open("/dev/null", O_RDONLY));
          dup2(null.get(), STDIN_FILENO);
          return exit_code(
              launch_here(python("import signal, time\n"
                                 "signal.signal(signal.SIGCONT, lambda *_: exit(4))\n"
                                 "print('ready')\n"
                                 "while True: time.sleep(0.05)")));
        },
        say_stopped);
  });
  terminal.wait_for("ready\r\n");
  terminal.type("\x1a");
  terminal.wait_for("stopped\r\n");
  CHECK(child.finish().exit_code == 4);
}

TEST_CASE("a program that has closed its terminal may open it again") {
  Terminal terminal;
  Child child([&] {
    terminal.sit_down(all_streams);
    return exit_code(
        launch_here(python("import os, time\n"
                           "os.closerange(0, 3)\n"
                           "time.sleep(0.1)\n"
                           "os.write(os.open('/dev/tty', os.O_WRONLY), b'from tty\\n')")));
  });
  terminal.wait_for("from tty\r\n");
  CHECK(child.finish().exit_code == 0);
}

TEST_CASE("where our streams are a terminal the program has one of that size, in a session of its own") {
  Terminal terminal;
  Child child([&] {
    terminal.sit_down(all_streams);
    return exit_code(launch_here(terminal_teller()));
  });
  terminal.wait_for("1 1 1;80 True ready\r\n");
  terminal.type("hello\n");
  terminal.wait_for("hello\r\ngot hello\r\n");
  CHECK(child.finish().exit_code == 0);
}

TEST_CASE("the size of the program's terminal follows ours") {
  Terminal terminal;
  Child child([&] {
    terminal.sit_down(all_streams);
    return exit_code(launch_here(terminal_teller()));
  });
  terminal.wait_for("ready");
  terminal.resize(123);
  terminal.wait_for("now 123\r\n");
  terminal.type("\n");
  CHECK(child.finish().exit_code == 0);
}

TEST_CASE("just the streams that are a terminal of ours are one for the program, and no byte is changed") {
  Terminal terminal;
  const auto [descriptors, seen_there] =
      GENERATE(table<std::vector<int>, std::string>({{{STDOUT_FILENO}, "out 0 1 0"},
                                                     {{STDERR_FILENO}, "err 0 0 1"},
                                                     {{STDOUT_FILENO, STDERR_FILENO}, "err 0 1 1"}}));
  Child child([&, descriptors = descriptors] {
    terminal.sit_down(descriptors);
    const UniqueFd null(open("/dev/null", O_RDONLY));
    dup2(null.get(), STDIN_FILENO);
    return exit_code(launch_here(python(R"(
import os, sys
told = " ".join(str(int(os.isatty(fd))) for fd in (0, 1, 2))
sys.stdout.write("out " + told + "\n")
sys.stdout.flush()
sys.stderr.write("err " + told + "\n")
)")));
  });
  // The carriage return is our terminal's.
  const std::string screen = terminal.wait_for(seen_there + "\r\n");
  CHECK(screen.find("\r\r") == std::string::npos);
  const auto end = child.finish();
  CHECK(end.exit_code == 0);
  if (descriptors.size() == 1)
    CHECK((end.out + end.err).substr(3) == seen_there.substr(3) + "\n");
  else
    CHECK(screen == "out 0 1 1\r\nerr 0 1 1\r\n");
}

TEST_CASE("keys that send a signal do so to the program, once") {
  Terminal terminal;
  Child child([&] {
    terminal.sit_down(all_streams);
    return exit_code(launch_here(interrupt_counter()));
  });
  terminal.wait_for("ready\r\n");
  terminal.type("\x03");
  const std::string screen = terminal.wait_for("interrupted once\r\n");
  CHECK(screen == "ready\r\n^Cinterrupted once\r\n");
  CHECK(child.finish().exit_code == 5);
}

TEST_CASE("Ctrl-Z also stops a program with a terminal of its own and us, and fg continues both") {
  Terminal terminal;
  Child child([&] {
    terminal.sit_down(all_streams);
    return run_as_job(
        [] {
          return exit_code(
              launch_here(shell("read first; echo 1 $first; read second; echo 2 $second; exit 4")));
        },
        say_stopped);
  });
  terminal.type("one\n");
  terminal.wait_for("1 one\r\n");
  terminal.type("\x1a");
  terminal.wait_for("stopped\r\n");
  terminal.type("two\n");
  terminal.wait_for("2 two\r\n");
  CHECK(child.finish().exit_code == 4);
}

TEST_CASE("our terminal is raw while the program runs, and has its settings back afterwards") {
  Terminal terminal;
  Child child([&] {
    terminal.sit_down(all_streams);
    const auto is_raw = [] {
      termios settings = {};
      tcgetattr(STDIN_FILENO, &settings);
      return (settings.c_lflag & (ICANON | ECHO | ISIG)) == 0;
    };
    if (is_raw()) return 90;
    // It sees our terminal at the descriptor that it would get from any parent.
    const std::string name = ttyname(STDIN_FILENO);
    const auto outcome =
        launch_here(python("import os, signal, termios\n"
                           "settings = termios.tcgetattr(os.open('" +
                           name +
                           "', os.O_RDONLY | os.O_NOCTTY))\n"
                           "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCONT])\n"
                           "os.kill(os.getppid(), signal.SIGCONT)\n"
                           "signal.sigwait([signal.SIGCONT])\n"
                           "is_output_raw = not settings[1] & termios.OPOST  # others write there too\n"
                           "exit(bool(settings[3] & termios.ICANON) + 2 * is_output_raw)"));
    return is_raw() ? 91 : exit_code(outcome);
  });
  CHECK(child.finish().exit_code == 0);
}

TEST_CASE("what a program says on a terminal is kept for the report") {
  Terminal terminal;
  Child child([&] {
    terminal.sit_down(all_streams);
    const auto outcome = launch_here(shell("echo first; echo last >&2"));
    return outcome.stderr_tail == "first\nlast\n" ? 0 : 1;
  });
  CHECK(child.finish().exit_code == 0);
}
