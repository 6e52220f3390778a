#include "sm_train/system/read_ahead.hpp"

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "catch.hpp"
#include "sm_train/system/event.hpp"
#include "support/interrupter.hpp"

using namespace sm_train;

namespace {

/// Gives these blocks, then what `at_end` gives.
OpenSource blocks(
    std::vector<std::string> all, std::function<void()> at_end = [] {}) {
  return [=](const Interrupt&) {
    return [all, at_end, next = std::size_t{0}]() mutable -> std::string_view {
      if (next < all.size()) return all[next++];
      at_end();
      return {};
    };
  };
}

std::string read_all(const ByteSource& source) {
  std::string bytes;
  for (auto block = source(); !block.empty(); block = source()) bytes += block;
  return bytes;
}

}  // namespace

TEST_CASE("what is read ahead comes whole and in order, whatever the sizes") {
  std::vector<std::string> all;
  std::string expected;
  for (std::size_t i = 1; i < 400; ++i) {
    all.emplace_back(i % 61 + 1, static_cast<char>('a' + i % 26));
    expected += all.back();
  }
  const std::size_t capacity = GENERATE(as<std::size_t>{}, 1, 7, 64, 100'000);
  CHECK(read_all(read_ahead(blocks(all), capacity)) == expected);
}

TEST_CASE("the end is the end, again and again") {
  const auto source = read_ahead(blocks({"a"}), 8);
  CHECK(source() == "a");
  CHECK(source().empty());
  CHECK(source().empty());
}

TEST_CASE("an error comes after the bytes before it") {
  const auto source = read_ahead(blocks({"abc"}, [] { throw std::runtime_error("broken"); }), 8);
  CHECK(source() == "abc");
  CHECK_THROWS_WITH(source(), "broken");
}

TEST_CASE("no more is read ahead than there is room for") {
  const auto read = std::make_shared<std::atomic<int>>(0);
  const Event fourth;
  const auto source = read_ahead(
      [&](const Interrupt&) {
        return [&, block = std::string("12")]() -> std::string_view {
          if (++*read == 4) fourth.set();
          return block;
        };
      },
      6);
  // Three blocks fill the room, and the fourth waits for some.
  fourth.wait({});
  CHECK(*read == 4);
  CHECK(source() == "121212");
  CHECK(*read == 4);
}

TEST_CASE("a source that nobody reads any more ends, though it waits for bytes or for room") {
  const bool for_bytes = GENERATE(true, false);
  const auto ended = std::make_shared<std::atomic<bool>>(false);
  {
    const auto source = read_ahead(
        [=](const Interrupt& stop) {
          const std::shared_ptr<void> guard(nullptr, [ended](void*) { *ended = true; });
          return [=, guard = guard, block = std::string("123456")]() -> std::string_view {
            if (for_bytes) Event().wait(stop);
            return block;
          };
        },
        4);
    if (!for_bytes) CHECK(source() == "1234");
  }
  CHECK(*ended);
}

TEST_CASE("an interrupt ends the reader's wait, and the source with it") {
  const test::Interrupter interrupter;
  const auto source = read_ahead(
      [](const Interrupt& stop) {
        return [=]() -> std::string_view {
          Event().wait(stop);
          return {};
        };
      },
      4, interrupter.interrupt());
  interrupter.raise();
  CHECK_THROWS_AS(source(), test::Interrupted);
}
