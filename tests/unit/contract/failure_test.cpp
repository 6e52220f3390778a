#include "sm_train/contract/failure.hpp"

#include "catch.hpp"

using namespace sm_train;

TEST_CASE("an error says what happened and then what to do") {
  const Error error({.cause = Cause::no_input, .what = "s3://b/k: not found.", .remedy = "Check the key."});
  CHECK(std::string(error.what()) == "s3://b/k: not found.\nCheck the key.");
  CHECK(exit_code(error.failure().cause) == 66);
}

TEST_CASE("each cause has the exit code of sysexits, or the shell's") {
  CHECK(exit_code(Cause::usage) == 64);
  CHECK(exit_code(Cause::bad_data) == 65);
  CHECK(exit_code(Cause::unavailable) == 69);
  CHECK(exit_code(Cause::internal) == 70);
  CHECK(exit_code(Cause::cannot_create) == 73);
  CHECK(exit_code(Cause::io) == 74);
  CHECK(exit_code(Cause::denied) == 77);
  CHECK(exit_code(Cause::bad_config) == 78);
  CHECK(exit_code(Cause::not_executable) == 126);
  CHECK(exit_code(Cause::not_found) == 127);
  CHECK(exit_code(Cause::terminated) == 143);
}
