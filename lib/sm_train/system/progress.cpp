#include "sm_train/system/progress.hpp"

#include <condition_variable>
#include <mutex>
#include <sys/ioctl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "sm_train/contract/progress_line.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/process_env.hpp"
#include "sm_train/system/terminal_style.hpp"

namespace sm_train {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds quiet_at_first = std::chrono::seconds(1);
constexpr milliseconds between_lines = std::chrono::seconds(10);
constexpr std::size_t usual_width = 80;

std::size_t terminal_width() {
  winsize size = {};
  const bool is_known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  // In its last column some terminals wrap at once.
  return (is_known ? size.ws_col : usual_width) - 1;
}

}  // namespace

ProgressDisplay log_display() {
  ProgressDisplay display;
  if (is_capable_terminal(STDERR_FILENO, process_env_vars())) display.draw = show_status;
  display.say = [](const std::string& line) { log(LogLevel::info, line); };
  display.width = terminal_width;
  return display;
}

Progress::Progress(std::string what, ProgressDisplay display)
    : what_(std::move(what)), display_(std::move(display)), start_(display_.now()) {
  try {
    ticker_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  } catch (const std::system_error&) {
    return;  // where there can be no more threads, the bytes are still worth having
  }
}

Progress::~Progress() {
  ticker_.request_stop();
  if (ticker_.joinable()) ticker_.join();
  if (is_drawn_) display_.draw("");
}

void Progress::expect(std::optional<std::uint64_t> total) {
  total_ = total.value_or(unknown);
}

ByteSource Progress::count(ByteSource bytes) {
  return [this, bytes = std::move(bytes)] {
    const std::string_view block = bytes();
    done_ += block.size();
    return block;
  };
}

void Progress::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  while (true) {
    never.wait_for(lock, stop, display_.tick, [] { return false; });
    if (stop.stop_requested()) return;
    show(std::chrono::floor<milliseconds>(display_.now() - start_));
  }
}

void Progress::show(milliseconds elapsed) {
  if (elapsed < quiet_at_first) return;
  const std::uint64_t expected = total_;
  const auto total = expected == unknown ? std::nullopt : std::optional(expected);
  if (display_.draw) {
    is_drawn_ = true;
    display_.draw(progress_line(done_, total, elapsed, display_.width()));
  } else if (elapsed - last_said_ >= between_lines) {
    last_said_ = elapsed;
    display_.say(what_ + ": " + progress_text(done_, total, elapsed));
  }
}

}  // namespace sm_train
