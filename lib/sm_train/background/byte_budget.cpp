#include "sm_train/background/byte_budget.hpp"

namespace sm_train {

ByteBudget::Share::Share(ByteBudget& budget, std::uint64_t bytes) : budget_(budget), bytes_(bytes) {
  std::unique_lock lock(budget_.mutex_);
  const std::uint64_t ticket = budget_.next_ticket_++;
  budget_.changed_.wait(lock, [&] { return budget_.served_ == ticket && budget_.left_ >= bytes_; });
  ++budget_.served_;
  budget_.left_ -= bytes_;
  budget_.changed_.notify_all();
}

ByteBudget::Share::~Share() {
  const std::lock_guard lock(budget_.mutex_);
  budget_.left_ += bytes_;
  budget_.changed_.notify_all();
}

}  // namespace sm_train
