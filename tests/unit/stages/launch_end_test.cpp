#include <csignal>
#include <cstdio>
#include <sys/resource.h>

#include "catch.hpp"
#include "launching.hpp"
#include "sm_train/system/files.hpp"

using namespace sm_train;
using namespace std::chrono_literals;

TEST_CASE("every exit code from 0 to 255 passes through") {
  Child child([] {
    Signals signals;
    for (int code = 0; code <= 255; ++code) {
      const auto outcome = launch(shell("exit " + std::to_string(code)), signals);
      if (!std::holds_alternative<Exited>(outcome.end) || exit_code(outcome) != code) return 1;
    }
    std::puts("all");
    return 0;
  });
  const auto end = child.finish();
  CHECK(end.out == "all\n");
  CHECK(end.exit_code == 0);
}

TEST_CASE("every signal that can kill gives 128 + n, also with a core dump") {
  const TempDir directory;
  Child child([&] {
    rlimit core = {};
    getrlimit(RLIMIT_CORE, &core);
    core.rlim_cur = core.rlim_max;
    setrlimit(RLIMIT_CORE, &core);
    Signals signals;
    for (int signal = 1; signal < NSIG; ++signal) {
      // These stop, or do nothing; the C library keeps 32 and 33.
      if (signal == SIGCHLD || signal == SIGCONT || signal == SIGSTOP || signal == SIGTSTP ||
          signal == SIGTTIN || signal == SIGTTOU || signal == SIGURG || signal == SIGWINCH || signal == 32 ||
          signal == 33)
        continue;
      Command command = shell("kill -" + std::to_string(signal) + " $$; exit 99");
      command.cwd = directory.path();
      const auto outcome = launch(command, signals);
      const auto* killed = std::get_if<Killed>(&outcome.end);
      if (killed == nullptr || killed->signal != signal) std::printf("signal %d\n", signal);
    }
    std::puts("all");
    return 0;
  });
  CHECK(child.finish().out == "all\n");
}

TEST_CASE("what the program leaves running in its group is ended") {
  Child child([] {
    const auto outcome = launch_here(shell("sleep 1000 & echo $!; exit 7"));
    const bool still_there = kill(std::stoi(outcome.stdout_tail), 0) == 0;
    return still_there ? 99 : exit_code(outcome);
  });
  CHECK(child.finish().exit_code == 7);
}

TEST_CASE("a leftover that ignores SIGTERM is killed after its grace time") {
  Child child([] {
    return exit_code(launch_here(shell("trap '' TERM; sleep 1000 & exit 7"), {.leftovers_grace = 100ms}));
  });
  CHECK(child.finish().exit_code == 7);
}

TEST_CASE("a leftover that is stopped is ended") {
  Child child([] {
    return exit_code(
        launch_here(shell("sleep 1000 & kill -STOP $!; exit 7"), {.leftovers_grace = std::chrono::hours(1)}));
  });
  CHECK(child.finish().exit_code == 7);
}

TEST_CASE("a program told to end that leaves a worker behind gives it what is left of the grace time") {
  // As a shell script that SIGTERM kills at once, while the program that it started writes a checkpoint.
  Child child([] {
    return exit_code(launch_here(python(R"(
import os, signal, sys, time
if os.fork() == 0:
    def checkpoint(*_):
        time.sleep(0.5)
        print("checkpoint written")
        sys.exit()
    signal.signal(signal.SIGTERM, checkpoint)
    print("ready")
    while True: time.sleep(0.05)
signal.pause()
)"),
                                 {.grace = std::chrono::hours(1), .leftovers_grace = 1ms}));
  });
  child.wait_for("ready\n");
  child.send(SIGTERM);
  const auto end = child.finish();
  CHECK(end.exit_code == 143);
  CHECK(end.out == "ready\ncheckpoint written\n");
}

TEST_CASE("a daemon that left the group and holds the streams is not waited for") {
  Child child([] {
    return exit_code(launch_here(python(R"(
import os, sys, time
if os.fork() == 0:
    os.setsid()
    print("daemon", os.getpid())
    time.sleep(1000)
time.sleep(0.2)
print("last words")
sys.exit(5)
)")));
  });
  // The launcher itself must end: the daemon also holds nothing of ours.
  const auto end = child.finish();
  CHECK(end.exit_code == 5);
  CHECK(end.out.find("last words\n") != std::string::npos);
  const auto pid = std::stoi(end.out.substr(end.out.find("daemon ") + 7));
  if (std::getenv("SM_TRAIN_TEST_AS_PID_1") == nullptr) CHECK(kill(pid, SIGKILL) == 0);
}

TEST_CASE("a daemon that goes on writing does not keep the launcher") {
  Child child([] {
    return exit_code(launch_here(python(R"(
import os, sys, time
if os.fork() == 0:
    os.setsid()
    sys.stderr.write("%d" % os.getpid())
    try:
        while True: os.write(1, b"x" * 65536)
    except BrokenPipeError:
        os._exit(0)
time.sleep(0.2)
sys.exit(5)
)"),
                                 {.relay_output = true}));
  });
  CHECK(child.finish().exit_code == 5);
}

TEST_CASE("orphans are reaped while the program runs") {
  Child child([] {
    return exit_code(launch_here(python(R"py(
import os, sys, time
for _ in range(50):
    if os.fork() == 0:
        if os.fork() == 0:
            os.setsid()
            os._exit(0)
        os._exit(0)
    os.wait()
def zombies():
    found = 0
    for name in os.listdir("/proc"):
        if not name.isdigit(): continue
        try: fields = open("/proc/%s/stat" % name).read().rpartition(")")[2].split()
        except OSError: continue
        found += fields[0] == "Z" and int(fields[1]) == LAUNCHER
    return found
LAUNCHER = int(open("/proc/self/stat").read().rpartition(")")[2].split()[1])
for _ in range(1000):
    if zombies() == 0: sys.exit(0)
    time.sleep(0.01)
sys.exit(1)
)py")));
  });
  CHECK(child.finish().exit_code == 0);
}

TEST_CASE("as PID 1 the launcher passes signals on, reaps orphans and gives the exit code") {
  if (geteuid() != 0) {
    WARN("skipped: a PID namespace needs root");
    return;
  }
  Child child(
      [] {
        if (getpid() != 1) return 99;
        return exit_code(
            launch_here(shell("(sh -c 'sleep 0.05 &' &); trap 'echo bye; exit 6' TERM; echo ready; while :; "
                              "do sleep 0.02; done")));
      },
      {.as_pid_1 = true});
  child.wait_for("ready\n");
  child.send(SIGTERM);
  const auto end = child.finish();
  CHECK(end.exit_code == 6);
  CHECK(end.out == "ready\nbye\n");
}

TEST_CASE("what ignores SIGINT in the background is told to end with the program, and not waited for") {
  const int signal = GENERATE(SIGINT, SIGQUIT);
  Child child([] {
    return exit_code(launch_here(shell("trap 'exit 7' INT QUIT; sleep 1000 & echo ready; wait"),
                                 {.grace = std::chrono::hours(1), .leftovers_grace = std::chrono::hours(1)}));
  });
  child.wait_for("ready\n");
  child.send(signal);
  CHECK(child.finish().exit_code == 7);
}

TEST_CASE("SIGTERM after the program's end is not what ended it, and gives nothing more time") {
  Child child([] {
    dup2(STDOUT_FILENO, STDERR_FILENO);
    const auto outcome = launch_here(shell("trap '' TERM; sleep 1000 & exit 3"),
                                     {.grace = std::chrono::hours(1), .leftovers_grace = 500ms});
    return outcome.told_to_end ? 99 : exit_code(outcome);
  });
  child.wait_for("left processes running");
  child.send(SIGTERM);
  CHECK(child.finish().exit_code == 3);
}

TEST_CASE("SIGTERM ends the wait for a reader that does not come, after the program") {
  Child child([] {
    return exit_code(launch_here(python("import os\nos.set_blocking(1, False)\n"
                                        "try:\n"
                                        "  while True: os.write(1, b'x' * 4096)\n"
                                        "except BlockingIOError: os._exit(4)"),
                                 {.grace = std::chrono::hours(1), .leftovers_grace = 100ms}));
  });
  usleep(500'000);
  child.send(SIGTERM);
  CHECK(child.wait_without_reading() == 4);
}

TEST_CASE("a program at its time limit is told to end, and killed after its grace time") {
  const auto [script, code] = GENERATE(table<std::string, int>({
      {"trap 'exit 7' TERM; while :; do sleep 0.02; done", 7},
      {"trap '' TERM; sleep 1000", 137},
      {"kill -STOP $$", 143},
  }));
  Child child([script = script] {
    const auto outcome = launch_here(shell(script), {.grace = 100ms, .time_limit = 300ms});
    return outcome.timed_out && !outcome.told_to_end ? exit_code(outcome) : 99;
  });
  CHECK(child.finish().exit_code == code);
}

TEST_CASE("a program that ends before its time limit has not timed out, and leaves no more time than usual") {
  Child child([] {
    const auto outcome = launch_here(shell("trap '' TERM; sleep 1000 & exit 3"),
                                     {.leftovers_grace = 100ms, .time_limit = std::chrono::hours(1)});
    return outcome.timed_out ? 99 : exit_code(outcome);
  });
  CHECK(child.finish().exit_code == 3);
}
