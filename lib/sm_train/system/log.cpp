#include "sm_train/system/log.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <poll.h>
#include <string>
#include <unistd.h>

namespace sm_train {

namespace {

std::atomic<int> threshold = static_cast<int>(LogLevel::info);

std::string_view label(LogLevel level) {
  if (level >= LogLevel::error) return "error: ";
  return level == LogLevel::warning ? "warning: " : "";
}

bool wait_until_writable() {
  pollfd out{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  return ::poll(&out, 1, -1) == 1 && (out.revents & POLLOUT) != 0;
}

}  // namespace

void set_log_level(int level) {
  // An error ends the job, and is never kept back.
  level = std::min(level, static_cast<int>(LogLevel::error));
  threshold = level;
}

void log(LogLevel level, std::string_view message) {
  if (static_cast<int>(level) < threshold) return;
  std::string line = "sm-train: ";
  line += label(level);
  line += message;
  line += '\n';
  for (std::string_view rest = line; !rest.empty();) {
    const ssize_t written = ::write(STDERR_FILENO, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN && wait_until_writable()) continue;
    if (written <= 0) return;  // a log that cannot be written has nowhere to say so
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace sm_train
