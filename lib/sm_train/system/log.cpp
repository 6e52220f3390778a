#include "sm_train/system/log.hpp"

#include <atomic>
#include <string>
#include <unistd.h>

namespace sm_train {

namespace {

std::atomic<int> threshold = static_cast<int>(LogLevel::info);

std::string_view label(LogLevel level) {
  if (level >= LogLevel::error) return "error: ";
  return level == LogLevel::warning ? "warning: " : "";
}

}  // namespace

void set_log_level(int level) {
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
    if (written <= 0) return;  // a log that cannot be written has nowhere to say so
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace sm_train
