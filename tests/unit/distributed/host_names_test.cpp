#include "sm_train/distributed/host_names.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "support/child.hpp"
#include "support/interrupter.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;
using namespace std::chrono_literals;

namespace {

/// How often each name was looked up.
struct Lookups {
  std::mutex mutex;
  std::map<std::string, int> counts;

  int count(const std::string& name) {
    const std::lock_guard lock(mutex);
    return ++counts[name];
  }
};

std::vector<std::string> hosts(int number) {
  std::vector<std::string> names;
  for (int i = 1; i <= number; ++i) names.push_back("algo-" + std::to_string(i));
  return names;
}

}  // namespace

TEST_CASE("names that resolve are looked up once, and the others again until they do") {
  Lookups lookups;
  wait_for_names(hosts(3), 1h, {},
                 [&](const std::string& name) { return lookups.count(name) == (name == "algo-2" ? 3 : 1); });
  CHECK(lookups.counts == std::map<std::string, int>{{"algo-1", 1}, {"algo-2", 3}, {"algo-3", 1}});
}

TEST_CASE("a thousand hosts are looked up, each once") {
  Lookups lookups;
  wait_for_names(hosts(1000), 1h, {}, [&](const std::string& name) { return lookups.count(name) > 0; });
  CHECK(lookups.counts.size() == 1000);
  for (const auto& [name, count] : lookups.counts) CHECK(count == 1);
}

TEST_CASE("names that never resolve are listed, with what to do") {
  const auto failure = failure_of(
      [] { wait_for_names(hosts(30), 1s, {}, [](const std::string& name) { return name == "algo-1"; }); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::unavailable);
  CHECK(contains(failure->what, "The names of 29 of 30 hosts have not resolved within 1 s: algo-2, algo-3,"));
  CHECK(contains(failure->what, "and 9 more"));
  CHECK(contains(failure->remedy, "--hosts-timeout"));
}

namespace {

/// Hangs for all names, until it is released.
struct Hanging {
  explicit Hanging(int expected) : expected_calls(expected) {}

  bool look_up() {
    if (++calls == expected_calls) all_hang.set_value();
    released.wait();
    return true;
  }

  const int expected_calls;
  std::atomic<int> calls = 0;
  std::promise<void> all_hang;
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
};

}  // namespace

TEST_CASE("a resolver that hangs does not hold up the timeout") {
  const auto hanging = std::make_shared<Hanging>(1);
  CHECK_THROWS_WITH(
      wait_for_names(hosts(2), 200ms, {},
                     [hanging](const std::string& name) { return name == "algo-2" || hanging->look_up(); }),
      Catch::Contains("1 of 2 hosts") && Catch::Contains(": algo-1."));
  hanging->release.set_value();
}

TEST_CASE(
    "an interrupt does not wait for a resolver, of which sixteen are asked at a time, and then no more") {
  const Interrupter interrupter;
  const auto hanging = std::make_shared<Hanging>(16);
  std::thread other([&] {
    hanging->all_hang.get_future().wait();
    interrupter.raise();
  });
  CHECK_THROWS_AS(wait_for_names(hosts(1000), 1h, interrupter.interrupt(),
                                 [hanging](const std::string&) { return hanging->look_up(); }),
                  Interrupted);
  other.join();
  hanging->release.set_value();
  while (hanging.use_count() > 1) std::this_thread::yield();  // until the last thread has gone
  CHECK(hanging->calls == 16);
}

TEST_CASE("an interrupt ends the pause between two looks") {
  const Interrupter interrupter;
  int looks = 0;
  CHECK_THROWS_AS(wait_for_names({"algo-1"}, 1h, interrupter.interrupt(),
                                 [&](const std::string&) {
                                   if (++looks == 2) interrupter.raise();
                                   return false;
                                 }),
                  Interrupted);
  CHECK(looks == 2);
}

TEST_CASE("the log tells of a wait that takes more than a second, once, and of no other") {
  Child child([] {
    int looks = 0;
    wait_for_names(hosts(2), 1h, {},
                   [&](const std::string& name) { return name == "algo-2" || ++looks == 3; });
    looks = 0;
    wait_for_names(hosts(2), 1h, {},
                   [&](const std::string& name) { return name == "algo-2" || ++looks == 6; });
    return 0;
  });
  CHECK(child.finish().err == "sm-train: waiting for the names of 1 host to resolve: algo-1\n");
}

TEST_CASE("the machine's own name resolves, and one that cannot be does not") {
  CHECK(resolves("localhost"));
  CHECK(resolves("127.0.0.1"));
  CHECK_FALSE(resolves(""));
  CHECK_FALSE(resolves("no such host"));
}

TEST_CASE("Studio's local mode is on where its variable is true in any case, or 1") {
  for (const char* on : {"true", "True", "TRUE", "1"})
    CHECK(is_studio_local_mode({{"SM_STUDIO_LOCAL_MODE", on}}));
  for (const char* off : {"", "false", "0", "yes"})
    CHECK_FALSE(is_studio_local_mode({{"SM_STUDIO_LOCAL_MODE", off}}));
  CHECK_FALSE(is_studio_local_mode({}));
}
