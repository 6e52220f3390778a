#include "sm_train/system/log.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <poll.h>
#include <string>
#include <unistd.h>
#include <utility>

#include <fmt/core.h>

#include "sm_train/contract/style.hpp"
#include "sm_train/system/output_stream.hpp"
#include "sm_train/system/process_env.hpp"
#include "sm_train/system/terminal_style.hpp"

namespace sm_train {

namespace {

using namespace std::chrono_literals;

constexpr auto longest_wait = 1000ms;

constexpr std::string_view erase_line = "\r\x1b[K";

/// What is on the terminal now, and who may write there.
struct Output {
  std::mutex mutex;
  std::string status;
  LogWriter divert;
  Secrets secrets;
  bool is_inside_line = false;
  bool reader_has_stopped = false;
};

Output& output() {
  static Output only;
  return only;
}

std::atomic<int> threshold = static_cast<int>(LogLevel::info);

bool is_kept_back(LogLevel level) {
  return static_cast<int>(level) < threshold;
}

std::string label(LogLevel level) {
  static const bool is_coloured = has_colour(STDERR_FILENO, process_env_vars());
  if (level >= LogLevel::error) return styled("error:", Style::red, is_coloured) + " ";
  return level == LogLevel::warning ? styled("warning:", Style::yellow, is_coloured) + " " : "";
}

bool is_writable_within(int fd, std::chrono::milliseconds time) {
  pollfd wanted{.fd = fd, .events = POLLOUT, .revents = 0};
  return ::poll(&wanted, 1, static_cast<int>(time.count())) == 1;
}

/// Nobody must wait for long for a reader that has stopped: whoever logs may be the one who takes signals.
/// What it does not take is dropped, as is a log that cannot be written, which has nowhere to say so.
void write_lines(Output& out, std::string_view rest) {
  OutputStream stream(STDERR_FILENO);
  while (!rest.empty()) {
    const auto written = stream.write(rest);
    if (!written) return;
    rest.remove_prefix(*written);
    if (*written > 0) {
      out.reader_has_stopped = false;
      out.is_inside_line = !rest.empty();
    } else if (!is_writable_within(stream.fd(), out.reader_has_stopped ? 0ms : longest_wait)) {
      out.reader_has_stopped = true;
      return;
    }
  }
}

void put_line(Output& out, std::string_view text) {
  std::string line(out.status.empty() ? "" : erase_line);
  if (std::exchange(out.is_inside_line, false)) line += '\n';
  line += text;
  line += '\n';
  line += out.status;
  if (out.divert)
    out.divert(line);
  else
    write_lines(out, line);
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
  put_line(out, fmt::format("sm-train: {}{}", label(level), out.secrets.masked(message)));
}

void log_as_is(std::string_view line) {
  Output& out = output();
  const std::lock_guard lock(out.mutex);
  put_line(out, line);
}

void show_status(std::string_view text) {
  if (is_kept_back(LogLevel::info)) text = {};
  Output& out = output();
  const std::lock_guard lock(out.mutex);
  if (out.divert || (text.empty() && out.status.empty())) return;
  out.status = text;
  write_lines(out, std::string(erase_line) + out.status);
}

void divert_log(LogWriter write) {
  show_status("");
  Output& out = output();
  const std::lock_guard lock(out.mutex);
  out.divert = std::move(write);
}

void write_log_lines(std::string_view lines) {
  Output& out = output();
  const std::lock_guard lock(out.mutex);
  const bool ends_a_line = !lines.empty() && std::exchange(out.is_inside_line, false);
  write_lines(out, (ends_a_line ? "\n" : "") + std::string(lines));
}

void log_is_inside_line() {
  Output& out = output();
  const std::lock_guard lock(out.mutex);
  out.is_inside_line = true;
}

}  // namespace sm_train
