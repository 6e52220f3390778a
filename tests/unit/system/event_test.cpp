#include "sm_train/system/event.hpp"

#include <thread>

#include "catch.hpp"
#include "sm_train/system/wait.hpp"

using namespace sm_train;

TEST_CASE("work goes on until its flag is set, and then no check and no wait passes") {
  StopFlag flag;
  const Interrupt interrupt = flag.interrupt();
  CHECK_NOTHROW(flag.check());
  CHECK_NOTHROW(interrupt.check());
  CHECK_NOTHROW(wait_for(std::chrono::milliseconds(1), interrupt));
  flag.set();
  CHECK(flag.is_set());
  CHECK_THROWS_AS(flag.check(), Stopped);
  CHECK_THROWS_AS(interrupt.check(), Stopped);
  CHECK_THROWS_AS(wait_for(std::chrono::hours(1), interrupt), Stopped);
  CHECK_THROWS_AS(Event().wait(interrupt), Stopped);
}

TEST_CASE("a flag ends the wait of another thread") {
  StopFlag flag;
  std::thread other([&] { flag.set(); });
  CHECK_THROWS_AS(wait_for(std::chrono::hours(1), flag.interrupt()), Stopped);
  other.join();
}
