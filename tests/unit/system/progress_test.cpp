#include "sm_train/system/progress.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "catch.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace std::chrono_literals;

namespace {

/// A display whose clock goes on by a step each time that it is looked at, and what was shown there.
class Watched {
 public:
  explicit Watched(std::chrono::milliseconds step) : step_(step) {}

  ProgressDisplay display(bool is_terminal) {
    ProgressDisplay display;
    const auto keep = [this](const std::string& line) { add(line); };
    if (is_terminal) display.draw = keep;
    display.say = keep;
    display.width = [] { return 100; };
    display.now = [this] { return look(); };
    display.tick = 1ms;
    return display;
  }

  /// The lines, once there are so many.
  std::vector<std::string> lines(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return lines_.size() >= count; });
    return lines_;
  }
  void wait_for_looks(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return looks_ >= count; });
  }

 private:
  void add(const std::string& line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(line);
    changed_.notify_all();
  }
  std::chrono::steady_clock::time_point look() {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
    return std::chrono::steady_clock::time_point(looks_++ * step_);
  }

  std::chrono::milliseconds step_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int looks_ = 0;
  std::vector<std::string> lines_;
};

void pull_all(const ByteSource& bytes) {
  while (!bytes().empty()) continue;
}

}  // namespace

TEST_CASE("the bytes that are counted are those of the source") {
  Watched watched(0ms);
  Progress progress("x", watched.display(true));
  const ByteSource bytes = progress.count(test::source_of("abcdef", 4));
  CHECK(bytes() == "abcd");
  CHECK(bytes() == "ef");
  CHECK(bytes().empty());
}

TEST_CASE("on a terminal the line is drawn anew while no byte comes, and erased at the end") {
  Watched watched(1s);
  {
    Progress progress("s3://b/k", watched.display(true));
    CHECK(watched.lines(2)[0] == "0 B, 1 s so far");
    CHECK(watched.lines(2)[1] == "0 B, 2 s so far");
  }
  CHECK(watched.lines(3).back().empty());
}

TEST_CASE("what came and what is expected is in the next line that is drawn") {
  Watched watched(1s);
  Progress progress("s3://b/k", watched.display(true));
  progress.expect(2000);
  pull_all(progress.count(test::source_of(std::string(500, 'x'))));
  const std::size_t before = watched.lines(0).size();
  const std::string line = watched.lines(before + 2)[before + 1];
  CHECK(test::contains(line, "500 B of 2.0 KiB (25%)"));
  CHECK(line.front() == '[');
}

TEST_CASE("elsewhere a line comes after ten seconds, and then every ten") {
  Watched watched(3s);
  Progress progress("s3://b/k", watched.display(false));
  const auto lines = watched.lines(3);
  CHECK(lines[0] == "s3://b/k: 0 B, 12 s so far");
  CHECK(lines[1] == "s3://b/k: 0 B, 24 s so far");
  CHECK(lines[2] == "s3://b/k: 0 B, 36 s so far");
}

TEST_CASE("in the first second nothing is shown, and so nothing is erased") {
  Watched watched(1ms);
  {
    Progress progress("s3://b/k", watched.display(true));
    watched.wait_for_looks(10);
  }
  CHECK(watched.lines(0).empty());
}
