#include <fstream>

#include "catch.hpp"
#include "launching.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/files.hpp"

using namespace sm_train;
using Catch::Matchers::Contains;

TEST_CASE("a program that is not there is exit code 127, and is named") {
  Child child([] { return exit_code(launch_here(command_of({"no-such-program"}))); });
  const auto end = child.finish();
  CHECK(end.exit_code == 127);
  CHECK_THAT(end.err, Contains("no-such-program: no such program on PATH=/usr/bin:/bin."));
}

TEST_CASE("the launcher can launch again after a program could not be started") {
  Child child([] {
    Signals signals;
    try {
      launch(command_of({"no-such-program"}), signals);
    } catch (const Error&) {
      return exit_code(launch(shell("exit 4"), signals));
    }
    return 99;
  });
  CHECK(child.finish().exit_code == 4);
}

TEST_CASE("standard input is the program's") {
  const TempDir directory;
  const auto file = directory.path() / "input";
  std::ofstream(file) << "for the program\n";
  Child child([&] {
    const int fd = open(file.c_str(), O_RDONLY);
    dup2(fd, STDIN_FILENO);
    return exit_code(launch_here(command_of({"cat"})));
  });
  CHECK(child.finish().out == "for the program\n");
}

TEST_CASE("the launcher leaks no descriptor when it launches many programs") {
  Child child([] {
    Signals signals;
    const int before = dup(0);
    close(before);
    for (int i = 0; i < 20; ++i) launch(shell(":"), signals);
    const int after = dup(0);
    return after == before ? 0 : 1;
  });
  CHECK(child.finish().exit_code == 0);
}
