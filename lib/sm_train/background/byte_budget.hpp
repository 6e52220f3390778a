#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace sm_train {

/// Bounds the memory that several threads take together. They are served in the order in which they ask.
class ByteBudget {
 public:
  explicit ByteBudget(std::uint64_t bytes) : left_(bytes) {}

  /// Waits until so many bytes are left, and holds them until it goes away. There must be so many in all.
  class Share {
   public:
    Share(ByteBudget& budget, std::uint64_t bytes);
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    Share(Share&&) = delete;
    Share& operator=(Share&&) = delete;
    ~Share();

   private:
    ByteBudget& budget_;
    std::uint64_t bytes_;
  };

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t left_;
  std::uint64_t next_ticket_ = 0;
  std::uint64_t served_ = 0;
};

}  // namespace sm_train
