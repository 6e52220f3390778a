#include <csignal>
#include <fstream>

#include "catch.hpp"
#include "launching.hpp"

using namespace sm_train;
using namespace std::chrono_literals;

namespace {

/// A program that says "ready", and "got N" for each signal N; it ends when asked to end with `ends_after`.
Command listener(int ends_after) {
  return python(R"(
import signal, sys, time
left = )" + std::to_string(ends_after) +
                R"(
def handle(number, _):
    global left
    print("got", number)
    left -= 1
    if left == 0: sys.exit(3)
for s in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}:
    signal.signal(s, handle)
print("ready")
while True: time.sleep(0.05)  # pause() would miss a signal that comes right before it
)");
}

char state_of(int pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(stat, line);
  const auto name_end = line.rfind(')');
  return name_end == std::string::npos ? '?' : line[name_end + 2];
}

}  // namespace

TEST_CASE("each signal that can be forwarded reaches the program") {
  const int signal = GENERATE(SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT, SIGTSTP,
                              SIGALRM, SIGIO, SIGPROF, SIGPWR, SIGSTKFLT, SIGURG, SIGVTALRM, SIGXCPU, SIGXFSZ,
                              SIGRTMIN, SIGRTMIN + 1, SIGRTMAX);
  Child child([] { return exit_code(launch_here(listener(1))); });
  child.wait_for("ready\n");
  child.send(signal);
  const auto end = child.finish();
  CHECK(end.out == "ready\ngot " + std::to_string(signal) + "\n");
  CHECK(end.exit_code == 3);
}

TEST_CASE("a second SIGTERM reaches the program as well") {
  Child child([] { return exit_code(launch_here(listener(2))); });
  child.wait_for("ready\n");
  child.send(SIGTERM);
  child.wait_for("got 15\n");
  child.send(SIGTERM);
  const auto end = child.finish();
  CHECK(end.out == "ready\ngot 15\ngot 15\n");
  CHECK(end.exit_code == 3);
}

TEST_CASE("a signal reaches the whole group, and not only the program") {
  Child child([] {
    return exit_code(launch_here(
        shell("trap 'wait; echo main; exit 4' USR1; "
              "(trap 'echo worker; exit' USR1; echo up; while :; do sleep 0.02; done) & wait; wait")));
  });
  child.wait_for("up\n");
  child.send(SIGUSR1);
  const auto end = child.finish();
  CHECK(end.out == "up\nworker\nmain\n");
  CHECK(end.exit_code == 4);
}

TEST_CASE("a SIGTERM that came before the program is passed on to it") {
  Child child([] {
    Signals signals;
    raise(SIGTERM);
    return exit_code(launch(command_of({"sleep", "1000"}), signals));
  });
  CHECK(child.finish().exit_code == 143);
}

TEST_CASE("a program that ignores SIGTERM is killed after the grace time, with its group") {
  const int signal = GENERATE(SIGTERM, SIGINT, SIGHUP, SIGQUIT);
  Child child([] {
    return exit_code(launch_here(
        shell("trap '' TERM INT HUP QUIT; sleep 1000 & echo ready; wait; sleep 1000"), {.grace = 100ms}));
  });
  child.wait_for("ready\n");
  child.send(signal);
  CHECK(child.finish().exit_code == 137);
}

TEST_CASE("a second SIGTERM does not make the grace time longer") {
  Child child([] {
    return exit_code(launch_here(python("import signal, time\nsignal.signal(15, lambda *_: "
                                        "print('got'))\nprint('ready')\nwhile True: time.sleep(0.05)"),
                                 {.grace = 500ms}));
  });
  child.wait_for("ready\n");
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 10; ++i) {
    child.send(SIGTERM);
    usleep(100'000);
  }
  CHECK(child.finish().exit_code == 137);
  // Ten restarts would have made it 1.4 s at least.
  CHECK(std::chrono::steady_clock::now() - start < 1300ms);
}

TEST_CASE("a program is stopped and continued") {
  Child child([] { return exit_code(launch_here(shell("echo $$; exec sleep 1000"))); });
  if (std::getenv("SM_TRAIN_TEST_AS_PID_1") != nullptr) return;
  child.wait_for("\n");
  const int program = std::stoi(child.seen());
  const auto wait_until = [&](auto reached) {
    for (int i = 0; i < 1000 && !reached(state_of(program)); ++i) usleep(10'000);
    return reached(state_of(program));
  };
  child.send(SIGTSTP);
  CHECK(wait_until([](char state) { return state == 'T'; }));
  child.send(SIGCONT);
  CHECK(wait_until([](char state) { return state == 'S' || state == 'R'; }));
  child.send(SIGTERM);
  CHECK(child.finish().exit_code == 143);
}

TEST_CASE("a program that moved to another group still gets signals") {
  Child child([] {
    return exit_code(launch_here(python(R"(
import os, signal, sys, time
group = os.fork()
if group == 0:
    os.setpgid(0, 0)
    signal.pause()
while os.getpgid(group) != group: pass
os.setpgid(0, group)
def end(*_):
    os.kill(group, 9)
    sys.exit(8)
signal.signal(signal.SIGUSR1, end)
print("ready")
while True: time.sleep(0.05)
)")));
  });
  child.wait_for("ready\n");
  child.send(SIGUSR1);
  CHECK(child.finish().exit_code == 8);
}
