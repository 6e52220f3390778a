#pragma once

#include <mutex>
#include <string>

#include "sm_train/system/event.hpp"

namespace sm_train {

/// While it lives, lines of the log wait here for the one who writes to stderr what comes from elsewhere, and
/// knows where its lines end. To be used by one thread; any may log.
class LogQueue {
 public:
  /// Throws Error{io} where there is no descriptor left.
  LogQueue();
  LogQueue(const LogQueue&) = delete;
  LogQueue& operator=(const LogQueue&) = delete;
  LogQueue(LogQueue&&) = delete;
  LogQueue& operator=(LogQueue&&) = delete;
  ~LogQueue();

  /// Readable while lines wait.
  int fd() const { return event_.fd(); }

  /// The lines that wait, each with its line end.
  std::string take();

 private:
  Event event_;
  std::mutex mutex_;
  std::string lines_;
};

}  // namespace sm_train
