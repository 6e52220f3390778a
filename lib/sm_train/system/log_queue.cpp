#include "sm_train/system/log_queue.hpp"

#include <string_view>
#include <utility>

#include "sm_train/system/log.hpp"

namespace sm_train {

LogQueue::LogQueue() {
  divert_log([this](std::string_view lines) {
    const std::lock_guard lock(mutex_);
    lines_ += lines;
    event_.set();
  });
}

LogQueue::~LogQueue() {
  divert_log({});
  // Of another thread, after the last take().
  write_log_lines(lines_);
}

std::string LogQueue::take() {
  const std::lock_guard lock(mutex_);
  event_.clear();
  return std::exchange(lines_, {});
}

}  // namespace sm_train
