#include "sm_train/system/wait.hpp"

#include "catch.hpp"
#include "support/interrupter.hpp"

using namespace sm_train;

TEST_CASE("a wait ends at once when an interrupt comes in") {
  const test::Interrupter interrupter;
  interrupter.raise();
  CHECK_THROWS_AS(wait_for(std::chrono::hours(1), interrupter.interrupt()), test::Interrupted);
  CHECK_THROWS_AS(wait_for(std::chrono::milliseconds(0), interrupter.interrupt()), test::Interrupted);
}

TEST_CASE("a wait without an interrupt lasts its time") {
  const test::Interrupter interrupter;
  const auto start = std::chrono::steady_clock::now();
  wait_for(std::chrono::milliseconds(20), interrupter.interrupt());
  wait_for(std::chrono::milliseconds(20), {});
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(40));
}
