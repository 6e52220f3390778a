#include "sm_train/system/overlap.hpp"

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <poll.h>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/start_thread.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

namespace {

struct Stopped : std::exception {
  const char* what() const noexcept override { return "the blocks are not wanted any more"; }
};

/// Where the puller hands its blocks to the consumer.
class Handover {
 public:
  explicit Handover(std::size_t kept_blocks)
      : kept_blocks_(kept_blocks), taken_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!taken_) throw Error(errno_failure(errno, Access::read, "make an event descriptor"));
  }

  // The puller's side.

  /// Waits until another block may be pulled; false where the consumer has ended, and none is wanted.
  bool wait_for_room(const Interrupt& interrupt) {
    wait_until([this] { return consumed_ || queue_.size() + (is_held_ ? 1 : 0) < kept_blocks_; }, interrupt);
    const std::lock_guard lock(mutex_);
    return !consumed_;
  }

  /// An empty block is the end.
  void give(std::string_view block) {
    const std::lock_guard lock(mutex_);
    queue_.push_back(block);
    given_.notify_one();
  }

  /// In the place of a block.
  void give(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
    given_.notify_one();
  }

  void stop() {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    given_.notify_one();
  }

  /// Waits for the consumer's end, and throws what it ended with.
  void wait_for_end(const Interrupt& interrupt) {
    wait_until([this] { return consumed_; }, interrupt);
    const std::lock_guard lock(mutex_);
    if (outcome_) std::rethrow_exception(outcome_);
  }

  // The consumer's side.

  /// The next block; the one before it may be overwritten from now on.
  std::string_view take() {
    std::unique_lock lock(mutex_);
    is_held_ = false;
    wake_puller();
    given_.wait(lock, [this] { return is_stopped_ || is_at_end_ || failure_ || !queue_.empty(); });
    if (is_stopped_) throw Stopped();
    if (is_at_end_) return {};
    if (queue_.empty()) std::rethrow_exception(failure_);
    const std::string_view block = queue_.front();
    queue_.pop_front();
    is_held_ = true;
    is_at_end_ = block.empty();
    return block;
  }

  void check() {
    const std::lock_guard lock(mutex_);
    if (is_stopped_) throw Stopped();
  }

  void end(std::exception_ptr outcome) {
    const std::lock_guard lock(mutex_);
    outcome_ = std::move(outcome);
    consumed_ = true;
    wake_puller();
  }

 private:
  template <typename Condition>
  void wait_until(const Condition& is_met, const Interrupt& interrupt) {
    for (;;) {
      {
        const std::lock_guard lock(mutex_);
        is_waiting_ = !is_met();
        if (!is_waiting_) return;
      }
      std::array<pollfd, 2> waited = {{{.fd = taken_.get(), .events = POLLIN, .revents = 0},
                                       {.fd = interrupt.fd, .events = POLLIN, .revents = 0}}};
      ::poll(waited.data(), waited.size(), -1);
      if (waited[1].revents != 0) interrupt.check();
      std::uint64_t count = 0;
      [[maybe_unused]] const ssize_t got = ::read(taken_.get(), &count, sizeof count);
    }
  }

  void wake_puller() {
    if (!is_waiting_) return;
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t put = ::write(taken_.get(), &one, sizeof one);
  }

  const std::size_t kept_blocks_;
  const UniqueFd taken_;  ///< becomes readable where a waiting puller should look again
  std::mutex mutex_;
  std::condition_variable given_;
  std::deque<std::string_view> queue_;
  std::exception_ptr failure_;  ///< comes after what is in the queue
  std::exception_ptr outcome_;
  bool is_held_ = false;  ///< the consumer has a block that is in the queue no more
  bool is_waiting_ = false;
  bool is_at_end_ = false;
  bool is_stopped_ = false;
  bool consumed_ = false;
};

/// The thread that consumes. It is stopped, and waited for, when it goes out of scope.
class Consumer {
 public:
  Consumer(Handover& handover, const Consume& consume)
      : handover_(handover), thread_(start_thread([&handover, &consume] { run(handover, consume); })) {}
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;
  Consumer(Consumer&&) = delete;
  Consumer& operator=(Consumer&&) = delete;
  ~Consumer() {
    handover_.stop();
    thread_.join();
  }

 private:
  static void run(Handover& handover, const Consume& consume) {
    try {
      consume([&handover] { return handover.take(); },
              {.fd = -1, .check = [&handover] { handover.check(); }});
      handover.end(nullptr);
    } catch (...) {
      handover.end(std::current_exception());
    }
  }

  Handover& handover_;
  std::thread thread_;
};

/// Whether there is more to pull.
bool pull(const ByteSource& bytes, Handover& handover) {
  try {
    const std::string_view block = bytes();
    handover.give(block);
    return !block.empty();
  } catch (...) {
    handover.give(std::current_exception());
    return false;
  }
}

}  // namespace

void overlap(const ByteSource& bytes, std::size_t kept_blocks, const Consume& consume,
             const Interrupt& interrupt) {
  Handover handover(kept_blocks);
  const Consumer consumer(handover, consume);
  while (handover.wait_for_room(interrupt) && pull(bytes, handover)) interrupt.check();
  handover.wait_for_end(interrupt);
}

}  // namespace sm_train
