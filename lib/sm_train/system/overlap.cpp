#include "sm_train/system/overlap.hpp"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "sm_train/system/event.hpp"
#include "sm_train/system/start_thread.hpp"

namespace sm_train {

namespace {

/// Where the puller hands its blocks to the consumer.
class Handover {
 public:
  explicit Handover(std::size_t kept_blocks) : kept_blocks_(kept_blocks) {}

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
    stop_.set();
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
    given_.wait(lock, [this] { return stop_.is_set() || is_at_end_ || failure_ || !queue_.empty(); });
    stop_.check();
    if (is_at_end_) return {};
    if (queue_.empty()) std::rethrow_exception(failure_);
    const std::string_view block = queue_.front();
    queue_.pop_front();
    is_held_ = true;
    is_at_end_ = block.empty();
    return block;
  }

  /// Of all that the consumer does.
  Interrupt interrupt() const { return stop_.interrupt(); }

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
        look_again_.clear();
      }
      look_again_.wait(interrupt);
    }
  }

  void wake_puller() {
    if (is_waiting_) look_again_.set();
  }

  const std::size_t kept_blocks_;
  StopFlag stop_;
  Event look_again_;  ///< for a puller that waits
  std::mutex mutex_;
  std::condition_variable given_;
  std::deque<std::string_view> queue_;
  std::exception_ptr failure_;  ///< comes after what is in the queue
  std::exception_ptr outcome_;
  bool is_held_ = false;  ///< the consumer has a block that is in the queue no more
  bool is_waiting_ = false;
  bool is_at_end_ = false;
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
      consume([&handover] { return handover.take(); }, handover.interrupt());
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
