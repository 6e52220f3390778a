// What ends a program from elsewhere, and what is rewritten of its output.
#include <cctype>
#include <csignal>
#include <cstdio>

#include "catch.hpp"
#include "launching.hpp"
#include "sm_train/system/descendants.hpp"

using namespace sm_train;
using namespace std::chrono_literals;

namespace {

/// A program that says "ready", and "got" for each SIGTERM, which does not end it.
const Command stubborn = python(R"(
import signal, time
signal.signal(signal.SIGTERM, lambda *_: print("got"))
print("ready")
while True: time.sleep(0.05)
)");

/// Makes letters upper case, and puts "END" at the end, with the number of bytes that came.
RewriteOutput upper_case() {
  return [count = std::size_t{0}](std::string_view bytes, bool is_end) mutable {
    count += bytes.size();
    std::string text;
    for (const char c : bytes) text += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return is_end ? text + "END " + std::to_string(count) : text;
  };
}

void tell_program(int signal) {
  kill(descendants().front(), signal);
}

}  // namespace

TEST_CASE("each stream is rewritten by its own, to its end, and the tails are what the program wrote") {
  Child child([] {
    const auto outcome =
        launch_here(shell("echo first; echo second >&2; printf x"), {.rewrite_output = upper_case});
    return outcome.stdout_tail == "first\nx" && outcome.stderr_tail == "second\n" ? exit_code(outcome) : 99;
  });
  const auto end = child.finish();
  CHECK(end.out == "FIRST\nXEND 7");
  CHECK(end.err == "SECOND\nEND 7");
  CHECK(end.exit_code == 0);
}

TEST_CASE("what is held back of the output is written at its end, also where the program was killed") {
  Child child([] {
    return exit_code(launch_here(shell("echo text; kill -9 $$"), {.rewrite_output = [] {
                                   return
                                       [held = std::string()](std::string_view bytes, bool is_end) mutable {
                                         held += bytes;
                                         return is_end ? held : std::string();
                                       };
                                 }}));
  });
  const auto end = child.finish();
  CHECK(end.out == "text\n");
  CHECK(end.exit_code == 137);
}

TEST_CASE("a signal that is taken elsewhere does not go to the program") {
  const int signal = GENERATE(SIGTERM, SIGINT, SIGHUP, SIGQUIT);
  Child child([] {
    const auto outcome = launch_here(python(R"(
import signal, sys, time
for s in [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT]:
    signal.signal(s, lambda *_: sys.exit(99))
signal.signal(signal.SIGUSR1, lambda *_: sys.exit(3))
print("ready")
while True: time.sleep(0.05)
)"),
                                     {.deliver = [](int told) {
                                       std::printf("told %d\n", told);
                                       std::fflush(stdout);
                                       tell_program(SIGUSR1);
                                       return true;
                                     }});
    std::printf("outcome %d\n", outcome.told_to_end.value_or(0));
    return exit_code(outcome);
  });
  child.wait_for("ready\n");
  child.send(signal);
  const auto end = child.finish();
  CHECK(end.out == "ready\ntold " + std::to_string(signal) + "\noutcome " + std::to_string(signal) + "\n");
  CHECK(end.exit_code == 3);
}

TEST_CASE("a signal that is not taken goes to the program") {
  Child child([] {
    return exit_code(launch_here(shell("trap 'exit 4' USR1; echo ready; while :; do sleep 0.01; done"),
                                 {.deliver = [](int) { return false; }}));
  });
  child.wait_for("ready\n");
  child.send(SIGUSR1);
  CHECK(child.finish().exit_code == 4);
}

TEST_CASE("where nothing comes of a signal that went elsewhere the program is killed after the grace time") {
  Child child(
      [] { return exit_code(launch_here(stubborn, {.grace = 100ms, .deliver = [](int) { return true; }})); });
  child.wait_for("ready\n");
  child.send(SIGTERM);
  const auto end = child.finish();
  CHECK(end.out == "ready\n");
  CHECK(end.exit_code == 137);
}

TEST_CASE("a program that is wanted no longer gets SIGTERM, and ends as it likes") {
  const Pipe request;
  Child child([&] {
    const auto outcome = launch_here(
        python("import signal, sys, time\nsignal.signal(15, lambda *_: sys.exit(5))\nprint('ready')\n"
               "while True: time.sleep(0.05)"),
        {.end_request = request.read_end.get(), .end_grace = 1h});
    return outcome.told_to_end || outcome.timed_out ? 99 : exit_code(outcome);
  });
  child.wait_for("ready\n");
  REQUIRE(write(request.write_end.get(), "x", 1) == 1);
  CHECK(child.finish().exit_code == 5);
}

TEST_CASE("one that does not end then is killed, with its group, and the log says after how long") {
  const Pipe request;
  Child child([&] {
    return exit_code(launch_here(
        shell("trap '' TERM; sleep 1000 & echo ready; wait; sleep 1000"),
        {.name = "mpirun", .grace = 1h, .end_request = request.read_end.get(), .end_grace = 100ms}));
  });
  child.wait_for("ready\n");
  REQUIRE(write(request.write_end.get(), "x", 1) == 1);
  const auto end = child.finish();
  CHECK(end.exit_code == 137);
  CHECK(end.err.find("mpirun did not end in 0.1 s, and was killed") != std::string::npos);
}

TEST_CASE("a signal that goes elsewhere does not keep SIGTERM from a program that is wanted no longer") {
  const Pipe request;
  Child child([&] {
    return exit_code(launch_here(stubborn, {.grace = 1h,
                                            .deliver =
                                                [](int) {
                                                  std::printf("told\n");
                                                  std::fflush(stdout);
                                                  return true;
                                                },
                                            .end_request = request.read_end.get(),
                                            .end_grace = 100ms}));
  });
  child.wait_for("ready\n");
  child.send(SIGTERM);
  child.wait_for("told\n");
  REQUIRE(write(request.write_end.get(), "x", 1) == 1);
  const auto end = child.finish();
  CHECK(end.out == "ready\ntold\ngot\n");
  CHECK(end.exit_code == 137);
}

TEST_CASE("a signal gives a program that is wanted no longer no more time") {
  const Pipe request;
  Child child([&] {
    return exit_code(
        launch_here(stubborn, {.grace = 1h, .end_request = request.read_end.get(), .end_grace = 500ms}));
  });
  child.wait_for("ready\n");
  REQUIRE(write(request.write_end.get(), "x", 1) == 1);
  child.wait_for("got\n");
  child.send(SIGTERM);
  CHECK(child.finish().exit_code == 137);
}

TEST_CASE("what a program leaves running gets SIGTERM where the program was told elsewhere to end") {
  Child child([] {
    return exit_code(launch_here(shell("trap 'exit 3' USR1; sleep 1000 & echo ready; wait"),
                                 {.grace = 1h, .deliver = [](int) {
                                    tell_program(SIGUSR1);
                                    return true;
                                  }}));
  });
  child.wait_for("ready\n");
  child.send(SIGTERM);
  CHECK(child.finish().exit_code == 3);
}
