#include "sm_train/system/task_pool.hpp"

#include <atomic>
#include <set>
#include <stdexcept>

#include "catch.hpp"
#include "support/interrupter.hpp"

using namespace sm_train;

namespace {

const TaskPool::Task wait_until_stopped = [](unsigned, const Interrupt& stop) { Event().wait(stop); };

}  // namespace

TEST_CASE("every task of a pool runs once, in one of its threads") {
  const unsigned threads = GENERATE(1U, 3U, 16U);
  std::mutex mutex;
  std::multiset<int> ran;
  std::set<unsigned> in;
  TaskPool pool(threads);
  for (int number = 0; number < 200; ++number)
    pool.post([&, number](unsigned thread, const Interrupt&) {
      const std::lock_guard lock(mutex);
      ran.insert(number);
      in.insert(thread);
    });
  pool.finish();
  CHECK(ran.size() == 200);
  CHECK(std::set<int>(ran.begin(), ran.end()).size() == 200);
  CHECK(*in.rbegin() < threads);
}

TEST_CASE("the tasks of a pool run at the same time") {
  const Event first;
  const Event second;
  TaskPool pool(2);
  pool.post([&](unsigned, const Interrupt& stop) {
    first.set();
    second.wait(stop);
  });
  pool.post([&](unsigned, const Interrupt& stop) {
    second.set();
    first.wait(stop);
  });
  CHECK_NOTHROW(pool.finish());
}

TEST_CASE("a pool without tasks is finished") {
  TaskPool pool(4);
  CHECK_NOTHROW(pool.finish());
}

TEST_CASE("what a task throws is thrown at the end, and stops the others") {
  TaskPool pool(3);
  pool.post(wait_until_stopped);
  pool.post([](unsigned, const Interrupt&) { throw std::runtime_error("broken"); });
  CHECK_THROWS_WITH(pool.finish(), "broken");
}

TEST_CASE("a pool whose task has thrown takes no more") {
  TaskPool pool(1);
  const auto post_for_ever = [&] {
    while (true) pool.post([](unsigned, const Interrupt&) { throw std::runtime_error("broken"); });
  };
  CHECK_THROWS_WITH(post_for_ever(), "broken");
}

TEST_CASE("a pool that goes away stops what runs and drops what waits") {
  std::atomic<bool> second_ran = false;
  const Event begun;
  {
    TaskPool pool(1);
    pool.post([&](unsigned thread, const Interrupt& stop) {
      begun.set();
      wait_until_stopped(thread, stop);
    });
    begun.wait({});
    pool.post([&](unsigned, const Interrupt&) { second_ran = true; });
  }
  CHECK_FALSE(second_ran);
}

TEST_CASE("an interrupt ends the wait for a pool") {
  const test::Interrupter interrupter;
  TaskPool pool(1, interrupter.interrupt());
  pool.post(wait_until_stopped);
  const bool while_posting = GENERATE(true, false);
  interrupter.raise();
  const auto wait = [&] {
    while (while_posting) pool.post(wait_until_stopped);
    pool.finish();
  };
  CHECK_THROWS_AS(wait(), test::Interrupted);
}
