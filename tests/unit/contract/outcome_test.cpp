#include "sm_train/contract/outcome.hpp"

#include "catch.hpp"
#include "sm_train/contract/signal_name.hpp"

using namespace sm_train;

TEST_CASE("a program's own exit code passes through") {
  CHECK(exit_code({.end = Exited{.code = 0}}) == 0);
  CHECK(exit_code({.end = Exited{.code = 255}}) == 255);
}

TEST_CASE("a program that signal n killed has the exit code 128 + n") {
  CHECK(exit_code({.end = Killed{.signal = 9}}) == 137);
  CHECK(exit_code({.end = Killed{.signal = 64}}) == 192);
}

TEST_CASE("only exit code 0 is success") {
  CHECK(succeeded({.end = Exited{.code = 0}}));
  CHECK_FALSE(succeeded({.end = Exited{.code = 1}}));
  CHECK_FALSE(succeeded({.end = Killed{.signal = 15}}));
}

TEST_CASE("a signal is named as its manual page does, a real-time signal by its number") {
  CHECK(signal_name(11) == "SIGSEGV");
  CHECK(signal_name(15) == "SIGTERM");
  CHECK(signal_name(40) == "signal 40");
}
