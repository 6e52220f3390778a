#include "sm_train/system/log.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <poll.h>
#include <string>
#include <unistd.h>
#include <utility>

namespace sm_train {

namespace {

constexpr std::string_view erase_line = "\r\x1b[K";

/// What is on the terminal now, and who may write there.
struct Output {
  std::mutex mutex;
  std::string status;
  LogWriter divert;
  Secrets secrets;
  bool is_inside_line = false;
};

Output& output() {
  static Output only;
  return only;
}

std::atomic<int> threshold = static_cast<int>(LogLevel::info);

bool is_kept_back(LogLevel level) {
  return static_cast<int>(level) < threshold;
}

std::string_view label(LogLevel level) {
  if (level >= LogLevel::error) return "error: ";
  return level == LogLevel::warning ? "warning: " : "";
}

bool wait_until_writable() {
  pollfd out{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  return ::poll(&out, 1, -1) == 1 && (out.revents & POLLOUT) != 0;
}

void write_all(std::string_view rest) {
  while (!rest.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN && wait_until_writable()) continue;
    if (written <= 0) return;  // a log that cannot be written has nowhere to say so
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

void set_log_level(int level) {
  // An error ends the job, and is never kept back.
  level = std::min(level, static_cast<int>(LogLevel::error));
  threshold = level;
}

void keep_out_of_log(Secrets secrets) {
  Output& out = output();
  const std::lock_guard lock(out.mutex);
  out.secrets = std::move(secrets);
}

void log(LogLevel level, std::string_view message) {
  if (is_kept_back(level)) return;
  Output& out = output();
  const std::lock_guard lock(out.mutex);
  std::string line(out.status.empty() ? "" : erase_line);
  if (std::exchange(out.is_inside_line, false)) line += '\n';
  line += "sm-train: ";
  line += label(level);
  line += out.secrets.masked(message);
  line += '\n';
  line += out.status;
  if (out.divert)
    out.divert(line);
  else
    write_all(line);
}

void show_status(std::string_view text) {
  if (is_kept_back(LogLevel::info)) text = {};
  Output& out = output();
  const std::lock_guard lock(out.mutex);
  if (out.divert || (text.empty() && out.status.empty())) return;
  out.status = text;
  write_all(std::string(erase_line) + out.status);
}

void divert_log(LogWriter write) {
  show_status("");
  Output& out = output();
  const std::lock_guard lock(out.mutex);
  out.divert = std::move(write);
}

void write_log_lines(std::string_view lines) {
  const std::lock_guard lock(output().mutex);
  write_all(lines);
}

void log_is_inside_line() {
  Output& out = output();
  const std::lock_guard lock(out.mutex);
  out.is_inside_line = true;
}

}  // namespace sm_train
