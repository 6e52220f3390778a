#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/socket.h>

#include "catch.hpp"
#include "launching.hpp"
#include "sm_train/system/files.hpp"

using namespace sm_train;

TEST_CASE("both streams are relayed byte for byte, each to its own") {
  Child child([] {
    return exit_code(launch_here(python(R"(
import os
os.write(1, bytes(range(256)) + b"no line end")
os.write(2, b"\0\xff\r\n\r50%\r100%")
)")));
  });
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  const auto end = child.finish();
  CHECK(end.out == bytes + "no line end");
  CHECK(end.err == std::string("\0\xff\r\n\r50%\r100%", 13));
}

TEST_CASE("a part of a line is not held back") {
  Child child([] { return exit_code(launch_here(shell("printf 'Continue? '; read answer; echo never"))); });
  child.wait_for("Continue? ");
  child.send(SIGTERM);
  CHECK(child.finish().out.starts_with("Continue? "));
}

TEST_CASE("a line of 1 MiB comes through whole") {
  Child child([] { return exit_code(launch_here(python("print('x' * (1 << 20))"))); });
  CHECK(child.finish().out == std::string(std::size_t{1} << 20U, 'x') + "\n");
}

TEST_CASE("the last 64 KiB of each stream are kept, relayed or not") {
  const bool relay_output = GENERATE(true, false);
  const TempDir directory;
  Child child([&] {
    const auto outcome = launch_here(python(R"(
import os
for i in range(100000): os.write(1, b"%09d\n" % i)
os.write(2, b"short")
)"),
                                     {.relay_output = relay_output});
    std::ofstream(directory.path() / "out") << outcome.stdout_tail;
    std::ofstream(directory.path() / "err") << outcome.stderr_tail;
    return exit_code(outcome);
  });
  const auto end = child.finish();
  CHECK(end.exit_code == 0);
  CHECK(end.out.size() == (relay_output ? 1'000'000 : 0));
  std::string tail;
  std::getline(std::ifstream(directory.path() / "out"), tail, '\0');
  CHECK(tail.size() == 65536);
  CHECK(tail.ends_with("000099998\n000099999\n"));
  std::getline(std::ifstream(directory.path() / "err"), tail, '\0');
  CHECK(tail == "short");
}

TEST_CASE("a slow reader slows the program down, and nothing is lost or heaped up") {
  Child child([] {
    const int code = exit_code(launch_here(python(R"(
import os, sys
for i in range(64): os.write(1, b"%d" % (i % 10) * (1 << 20))
)")));
    rusage usage = {};
    getrusage(RUSAGE_SELF, &usage);
    std::ofstream("/proc/self/fd/2") << usage.ru_maxrss;
    return code;
  });
  rusage before = {};
  getrusage(RUSAGE_SELF, &before);
  usleep(300'000);  // the reader: the program must wait meanwhile
  const auto end = child.finish();
  CHECK(end.exit_code == 0);
  CHECK(end.out.size() == std::size_t{64} << 20U);
  CHECK(end.out.ends_with(std::string(std::size_t{1} << 20U, '3')));
  // In KiB; the fork begins with what the test process had.
  CHECK(std::stol(end.err) < before.ru_maxrss + 8 * 1024);
}

TEST_CASE("what stands in a large pipe when the program ends is not lost to a slow reader") {
  Child child([] {
    return exit_code(launch_here(python(R"(
import fcntl, os
F_SETPIPE_SZ = 1031
fcntl.fcntl(1, F_SETPIPE_SZ, 1 << 20)
os.set_blocking(1, False)
written = 0
try:
    while True: written += os.write(1, b"x" * 4096)
except BlockingIOError:
    os.write(2, b"%d" % written)
)")));
  });
  const auto end = [&] {
    usleep(300'000);  // the reader: the program has ended meanwhile
    return child.finish();
  }();
  CHECK(std::stoul(end.err) >= std::size_t{1} << 20U);
  CHECK(end.out.size() == std::stoul(end.err));
}

TEST_CASE("streams that are one of ours keep their order") {
  Child child([] {
    dup2(STDOUT_FILENO, STDERR_FILENO);
    const auto outcome =
        launch_here(python("import os\nfor i in range(2000): os.write(1 + i % 2, b'%d\\n' % i)"));
    return outcome.stderr_tail.ends_with("1998\n1999\n") && outcome.stdout_tail.empty() ? 0 : 1;
  });
  const auto end = child.finish();
  CHECK(end.exit_code == 0);
  std::string expected;
  for (int i = 0; i < 2000; ++i) expected += std::to_string(i) + "\n";
  CHECK(end.out == expected);
}

TEST_CASE("output that cannot be written is told, and lets the program go on") {
  Child child([] {
    const UniqueFd full(open("/dev/full", O_WRONLY));
    dup2(full.get(), STDOUT_FILENO);
    return exit_code(launch_here(shell("echo one; sleep 0.1; echo two; exit 6")));
  });
  const auto end = child.finish();
  CHECK(end.exit_code == 6);
  CHECK(end.err ==
        "sm-train: warning: stdout cannot be written: No space left on device. What the program writes there "
        "from now on is lost\n");
}

TEST_CASE("a program whose output is not relayed has nothing to read") {
  Child child([] {
    Pipe data;
    [[maybe_unused]] const auto written = write(data.write_end.get(), "ours\n", 5);
    dup2(data.read_end.get(), STDIN_FILENO);
    const auto outcome = launch_here(shell("cat"), {.relay_output = false});
    return outcome.stdout_tail.empty() ? exit_code(outcome) : 99;
  });
  CHECK(child.finish().exit_code == 0);
}

TEST_CASE("signals are passed on while nobody reads our output") {
  Child child([] {
    return exit_code(launch_here(python(R"(
import os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: os._exit(9))
os.write(2, b"ready")
while True: os.write(1, b"x" * 65536)
)"),
                                 {.grace = std::chrono::milliseconds(500)}));
  });
  usleep(500'000);
  child.send(SIGTERM);
  // It gives up the reader that does not come, when the grace time is over.
  CHECK(child.wait_without_reading() == 9);
}

TEST_CASE("a closed standard output lets the program go on") {
  Child child([] {
    return exit_code(launch_here(python(R"(
import os, sys, time
time.sleep(0.2)
for i in range(100): os.write(1, b"x" * 65536)
os.write(2, b"still here")
sys.exit(6)
)")));
  });
  child.close_out();
  const auto end = child.finish();
  CHECK(end.exit_code == 6);
  CHECK(end.err == "still here");
}

TEST_CASE("a program that closes its streams runs on") {
  Child child([] { return exit_code(launch_here(shell("echo out; exec >&- 2>&-; sleep 0.2; exit 6"))); });
  const auto end = child.finish();
  CHECK(end.exit_code == 6);
  CHECK(end.out == "out\n");
}

TEST_CASE("our streams stay blocking for those that share them") {
  Child child([] {
    launch_here(shell("echo hello"));
    return (fcntl(STDOUT_FILENO, F_GETFL) & O_NONBLOCK) == 0 ? 0 : 1;
  });
  CHECK(child.finish().exit_code == 0);
}

TEST_CASE("output goes to a file after what is there, also when both streams share it") {
  const TempDir directory;
  const auto file = directory.path() / "log";
  Child child([&] {
    const int fd = open(file.c_str(), O_WRONLY | O_CREAT, 0600);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    [[maybe_unused]] const auto written = write(STDOUT_FILENO, "before\n", 7);
    launch_here(shell("echo out; sleep 0.1; echo err >&2"));
    [[maybe_unused]] const auto written_after = write(STDOUT_FILENO, "after\n", 6);
    return 0;
  });
  child.finish();
  std::string text;
  std::getline(std::ifstream(file), text, '\0');
  CHECK(text == "before\nout\nerr\nafter\n");
}

TEST_CASE("output goes to a socket, and waits for its reader") {
  int ends[2] = {};
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  Child child([&] {
    dup2(theirs.get(), STDOUT_FILENO);
    return exit_code(launch_here(python("print('x' * (1 << 20), end='')")));
  });
  theirs.reset();
  std::size_t total = 0;
  char block[4096];
  for (ssize_t got = 0; (got = read(ours.get(), block, sizeof block)) > 0;)
    total += static_cast<std::size_t>(got);
  CHECK(total == std::size_t{1} << 20U);
  CHECK(child.finish().exit_code == 0);
}

TEST_CASE("the launcher uses no processor time while it waits") {
  Child child([] {
    const auto outcome = launch_here(shell("exec >&-; sleep 0.5"));
    rusage usage = {};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec == 0 &&
                   usage.ru_utime.tv_usec + usage.ru_stime.tv_usec < 250'000
               ? exit_code(outcome)
               : 1;
  });
  CHECK(child.finish().exit_code == 0);
}
