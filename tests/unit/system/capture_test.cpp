#include "sm_train/system/capture.hpp"

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "support/interrupter.hpp"

using namespace sm_train;
using std::chrono::milliseconds;
using std::chrono::minutes;

namespace {

Command shell(const std::string& script) {
  return {.argv = {"sh", "-c", script}, .env = {{"PATH", "/usr/bin:/bin"}}, .cwd = {}};
}

}  // namespace

TEST_CASE("a captured command gives its output and its exit code, a killed one 128 and the signal") {
  const auto end = run_captured(shell("echo out; echo err >&2; exit 3"), minutes(1));
  CHECK(end.output == "out\n");
  CHECK(end.exit_code == 3);
  CHECK_FALSE(end.timed_out);
  CHECK(run_captured(shell("kill -9 $$"), minutes(1)).exit_code == 137);
}

TEST_CASE("a captured command that takes too long is killed with its children") {
  CHECK(run_captured(shell("sleep 60 & sleep 60"), milliseconds(50)).timed_out);
}

TEST_CASE("an interrupt ends a captured command") {
  const test::Interrupter interrupter;
  interrupter.raise();
  CHECK_THROWS_AS(run_captured(shell("sleep 60"), minutes(1), interrupter.interrupt()), test::Interrupted);
}

TEST_CASE("a captured command that cannot be started is an error") {
  CHECK_THROWS_AS(run_captured({.argv = {"/nonexistent"}, .env = {}, .cwd = {}}, minutes(1)), Error);
  CHECK_FALSE(capture_output({.argv = {"/nonexistent"}, .env = {}, .cwd = {}}, minutes(1)));
}
