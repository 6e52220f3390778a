#include "sm_train/system/overlap.hpp"

#include <algorithm>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "support/interrupter.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;

namespace {

/// "0", "1", ... in `kept` buffers, each overwritten as soon as it may be; `count` of them.
ByteSource numbers(int count, std::size_t kept) {
  return [buffers = std::vector<std::string>(kept), next = 0, count]() mutable -> std::string_view {
    if (next == count) return {};
    std::string& buffer = buffers[static_cast<std::size_t>(next) % buffers.size()];
    buffer = std::to_string(next++);
    return buffer;
  };
}

std::string joined(const ByteSource& bytes) {
  std::string all;
  for (auto block = bytes(); !block.empty(); block = bytes()) all += block;
  return all;
}

std::vector<std::string> list_of(const ByteSource& bytes) {
  std::vector<std::string> all;
  for (auto block = bytes(); !block.empty(); block = bytes()) all.emplace_back(block);
  return all;
}

Error reset() {
  return Error({.cause = Cause::unavailable, .what = "reset", .remedy = ""});
}

}  // namespace

TEST_CASE("every block comes to the consumer, in order, in a thread of its own") {
  const std::size_t kept = GENERATE(as<std::size_t>{}, 1, 2, 5);
  const auto caller = std::this_thread::get_id();
  std::vector<std::string> seen;
  std::thread::id consumer;
  const ByteSource bytes = [&, inner = numbers(10000, kept)] {
    REQUIRE(std::this_thread::get_id() == caller);
    return inner();
  };
  overlap(bytes, kept, [&](const ByteSource& blocks, const Interrupt&) {
    consumer = std::this_thread::get_id();
    seen = list_of(blocks);
    CHECK(blocks().empty());
  });
  CHECK(seen == list_of(numbers(10000, 1)));
  CHECK(consumer != caller);
}

TEST_CASE("no more blocks are on their way than stay valid") {
  constexpr int kept = 4;
  const Interrupter always;
  always.raise();
  std::promise<void> released;
  int pulled = 0;
  int pulled_when_waiting = 0;
  const ByteSource counted = [&, inner = numbers(100, kept)] {
    ++pulled;
    return inner();
  };
  // Where nothing was pulled between two checks, the puller waits.
  const Interrupt interrupt = {.fd = always.interrupt().fd, .check = [&, before = 0]() mutable {
                                 if (before == pulled && pulled_when_waiting == 0) {
                                   pulled_when_waiting = pulled;
                                   released.set_value();
                                 }
                                 before = pulled;
                               }};
  overlap(
      counted, kept,
      [&](const ByteSource& blocks, const Interrupt&) {
        CHECK(blocks() == "0");
        released.get_future().wait();
        joined(blocks);
      },
      interrupt);
  CHECK(pulled_when_waiting == kept);
}

TEST_CASE("what the source throws comes after the blocks before it, and again when it is asked again") {
  const ByteSource failing = [inner = numbers(3, 8)] {
    const auto block = inner();
    if (block.empty()) throw reset();
    return block;
  };
  std::string seen;
  const auto failure = failure_of([&] {
    overlap(failing, 8, [&](const ByteSource& blocks, const Interrupt&) {
      for (int i = 0; i < 3; ++i) seen += blocks();
      CHECK_THROWS_AS(blocks(), Error);
      blocks();
    });
  });
  CHECK(seen == "012");
  REQUIRE(failure.has_value());
  CHECK(failure->what == "reset");
}

TEST_CASE("what the consumer throws is thrown, whatever the source throws behind it") {
  const ByteSource failing = [inner = numbers(1, 8)] {
    const auto block = inner();
    if (block.empty()) throw reset();
    return block;
  };
  CHECK_THROWS_AS(overlap(failing, 8,
                          [](const ByteSource& blocks, const Interrupt&) {
                            blocks();
                            throw Interrupted();
                          }),
                  Interrupted);
}

TEST_CASE("a source is pulled no further when the consumer has ended") {
  const ByteSource endless = [] { return std::string_view("x"); };
  overlap(endless, 3, [](const ByteSource& blocks, const Interrupt&) { CHECK(blocks() == "x"); });
  CHECK_THROWS_AS(overlap(endless, 3, [](const ByteSource&, const Interrupt&) { throw Interrupted(); }),
                  Interrupted);
}

TEST_CASE("an interrupt is let in while the consumer works, and ends it") {
  const int blocks_there = GENERATE(0, 100);
  const Interrupter interrupter;
  bool ended = false;
  const Consume busy = [&](const ByteSource& blocks, const Interrupt& stop) {
    blocks();
    interrupter.raise();
    try {
      for (;;) stop.check();
    } catch (...) {
      ended = true;
      throw;
    }
  };
  // The check after each block is not the one that is to see it.
  const Interrupt interrupt = {.fd = interrupter.interrupt().fd, .check = [&, calls = 0]() mutable {
                                 if (++calls > 10) throw Interrupted();
                               }};
  CHECK_THROWS_AS(overlap(numbers(blocks_there, 4), 4, busy, interrupt), Interrupted);
  CHECK(ended);
}

TEST_CASE("an interrupt ends a consumer that waits for a block") {
  const Interrupt interrupt = {.check = [] { throw Interrupted(); }};
  bool ended = false;
  const Consume waiting = [&](const ByteSource& blocks, const Interrupt&) {
    try {
      for (;;) blocks();
    } catch (...) {
      ended = true;
      throw;
    }
  };
  CHECK_THROWS_AS(overlap([] { return std::string_view("x"); }, 4, waiting, interrupt), Interrupted);
  CHECK(ended);
}

TEST_CASE("kept blocks stay valid as long as is asked for") {
  const ByteSource bytes = keep_blocks(numbers(100, 1), 3);
  std::vector<std::string_view> blocks;
  for (int i = 0; i < 100; ++i) {
    blocks.push_back(bytes());
    for (int j = std::max(0, i - 2); j <= i; ++j)
      REQUIRE(blocks[static_cast<std::size_t>(j)] == std::to_string(j));
  }
  CHECK(bytes().empty());
}
