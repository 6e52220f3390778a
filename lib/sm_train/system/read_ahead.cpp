#include "sm_train/system/read_ahead.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "sm_train/system/event.hpp"
#include "sm_train/system/start_thread.hpp"

namespace sm_train {

namespace {

// The reader works on this much while the thread fills the room behind it.
constexpr std::size_t max_block = std::size_t{256} << 10U;

class ReadAhead {
 public:
  ReadAhead(OpenSource open, std::size_t capacity, Interrupt interrupt)
      : open_(std::move(open)),
        capacity_(capacity),
        ring_(std::make_unique_for_overwrite<char[]>(capacity)),
        interrupt_(std::move(interrupt)),
        thread_(start_thread([this] { run(); })) {}
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;
  ReadAhead(ReadAhead&&) = delete;
  ReadAhead& operator=(ReadAhead&&) = delete;
  ~ReadAhead() {
    {
      const std::lock_guard lock(mutex_);
      stop_.set();
    }
    has_room_.notify_one();
    thread_.join();
  }

  std::string_view next() {
    give_back();
    while (true) {
      if (const auto block = take()) return *block;
      changed_.wait(interrupt_);
    }
  }

 private:
  /// What the reader had is room again. Where nothing else is there either the ring starts anew, so that a
  /// reader that keeps up works in the same few pages, which then stay in the processor's cache.
  void give_back() {
    const std::lock_guard lock(mutex_);
    start_ = (start_ + given_) % capacity_;
    filled_ -= std::exchange(given_, 0);
    if (filled_ == 0) start_ = 0;
    has_room_.notify_one();
  }

  /// Nothing where the reader has to wait; an empty block at the end.
  std::optional<std::string_view> take() {
    const std::lock_guard lock(mutex_);
    if (filled_ > 0) {
      given_ = std::min({filled_, capacity_ - start_, max_block});
      return std::string_view(&ring_[start_], given_);
    }
    if (error_) std::rethrow_exception(error_);
    if (ended_) return std::string_view();
    changed_.clear();
    return std::nullopt;
  }

  void run() {
    try {
      const ByteSource bytes = open_(stop_.interrupt());
      for (auto block = bytes(); !block.empty(); block = bytes()) put(block);
      end(nullptr);
    } catch (...) {
      end(std::current_exception());
    }
  }

  void put(std::string_view block) {
    while (!block.empty()) {
      std::unique_lock lock(mutex_);
      has_room_.wait(lock, [this] { return stop_.is_set() || filled_ < capacity_; });
      stop_.check();
      const std::size_t at = (start_ + filled_) % capacity_;
      const std::size_t size = std::min({block.size(), capacity_ - filled_, capacity_ - at});
      std::memcpy(&ring_[at], block.data(), size);
      filled_ += size;
      block.remove_prefix(size);
      changed_.set();
    }
  }

  void end(std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);
    ended_ = true;
    changed_.set();
  }

  OpenSource open_;
  std::size_t capacity_;
  std::unique_ptr<char[]> ring_;  // untouched pages take no memory
  Interrupt interrupt_;
  StopFlag stop_;
  Event changed_;  // there are bytes, or the end

  std::mutex mutex_;
  std::condition_variable has_room_;
  std::size_t start_ = 0;
  std::size_t filled_ = 0;
  std::size_t given_ = 0;  // of these, what the reader has
  bool ended_ = false;
  std::exception_ptr error_;

  std::thread thread_;  // last: it uses all of them
};

}  // namespace

ByteSource read_ahead(OpenSource open, std::size_t capacity, const Interrupt& interrupt) {
  auto state = std::make_shared<ReadAhead>(std::move(open), capacity, interrupt);
  return [state = std::move(state)] { return state->next(); };
}

}  // namespace sm_train
