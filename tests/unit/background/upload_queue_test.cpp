#include "sm_train/background/upload_queue.hpp"

#include <poll.h>
#include <thread>

#include "catch.hpp"

using namespace sm_train;
using namespace std::chrono_literals;

namespace {

bool is_drained(const UploadQueue& queue) {
  pollfd wanted = {.fd = queue.drained_fd(), .events = POLLIN, .revents = 0};
  return ::poll(&wanted, 1, 0) == 1;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a file is uploaded once however often it was written before") {
  UploadQueue queue;
  for (int i = 0; i < 3; ++i) queue.add({.file = "a", .was_written = true});
  queue.add({.file = "b"});
  queue.close();
  const auto first = queue.take();
  REQUIRE(first);
  CHECK(first->file == "a");
  CHECK(first->was_written);
  queue.done(*first);
  const auto second = queue.take();
  REQUIRE(second);
  CHECK(second->file == "b");
  CHECK_FALSE(second->was_written);
  CHECK_FALSE(is_drained(queue));
  queue.done(*second);
  CHECK(is_drained(queue));
  CHECK_FALSE(queue.take());
}

TEST_CASE("a file that is written while it is uploaded comes again, and not before") {
  UploadQueue queue;
  queue.add({.file = "a"});
  const auto first = queue.take();
  queue.add({.file = "a", .was_written = true});
  queue.add({.file = "b"});
  queue.close();
  const auto other = queue.take();
  CHECK(other->file == "b");
  queue.done(*other);
  queue.done(*first);
  const auto again = queue.take();
  CHECK(again->file == "a");
  CHECK(again->was_written);
  queue.done(*again);
  CHECK(is_drained(queue));
}

TEST_CASE("one that waits is taken at once when it is written, or when nothing more is added") {
  UploadQueue queue;
  queue.add({.file = "found"}, 1h);
  queue.add({.file = "written"}, 1h);
  queue.add({.file = "written", .was_written = true});
  const auto written = queue.take();
  CHECK(written->file == "written");
  queue.done(*written);
  queue.close();
  CHECK(queue.take()->file == "found");
}

TEST_CASE("one that fails comes again, with what was said of it") {
  UploadQueue queue;
  queue.add({.file = "a", .was_written = true});
  queue.failed(*queue.take());
  CHECK(queue.left() == Names{"a"});
  queue.close();  // which ends the pause too
  const auto again = queue.take();
  CHECK(again->was_written);
  queue.done(*again);
  CHECK(is_drained(queue));
  CHECK(queue.left().empty());
}

TEST_CASE("one that is refused is given up at the end, and written once more it is not") {
  UploadQueue queue;
  for (const char* file : {"a", "b"}) queue.add({.file = file});
  queue.refused(*queue.take());
  queue.close();
  for (int i = 0; i < 2; ++i) {
    const auto item = queue.take();
    REQUIRE(item);
    if (item->file == "a") queue.refused(*item);
    if (item->file == "b") queue.done(*item);
  }
  CHECK(is_drained(queue));
  CHECK(queue.left() == Names{"a"});
}

TEST_CASE("a queue that is stopped gives nothing, and lists what is left") {
  UploadQueue queue;
  queue.add({.file = "a"});
  queue.add({.file = "b"}, 1h);
  std::thread waits([&] {
    while (const auto item = queue.take()) queue.failed(*item);
  });
  queue.stop();
  waits.join();
  CHECK_FALSE(queue.take());
  CHECK(queue.left() == Names{"a", "b"});
  CHECK_FALSE(is_drained(queue));
}

TEST_CASE("a closed queue without files is drained") {
  UploadQueue queue;
  CHECK_FALSE(is_drained(queue));
  queue.close();
  CHECK(is_drained(queue));
  CHECK_FALSE(queue.take());
}
