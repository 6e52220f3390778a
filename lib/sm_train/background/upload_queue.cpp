#include "sm_train/background/upload_queue.hpp"

#include <algorithm>
#include <utility>

namespace sm_train {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds first_pause = 500ms;
constexpr std::chrono::milliseconds longest_pause = 30s;
// While a job waits for its last files, a service that comes back is to be seen soon.
constexpr std::chrono::milliseconds longest_pause_at_end = 2s;

}  // namespace

void UploadQueue::put(const std::string& file, State& state, Clock::time_point due) {
  state.due = due;
  waiting_.emplace(due, file);
  changed_.notify_one();
}

void UploadQueue::add(const Item& item, std::chrono::milliseconds delay) {
  const std::lock_guard lock(mutex_);
  const auto due = Clock::now() + delay;
  given_up_.erase(item.file);
  const auto [found, is_new] = files_.try_emplace(item.file);
  State& state = found->second;
  state.was_written = state.was_written || item.was_written;
  if (state.is_taken) {
    state.due = std::exchange(state.comes_again, true) ? std::min(state.due, due) : due;
  } else if (is_new || due < state.due) {
    waiting_.erase({state.due, item.file});
    put(item.file, state, due);
  }
}

std::optional<UploadQueue::Item> UploadQueue::take() {
  std::unique_lock lock(mutex_);
  while (!is_stopped_ && !(is_closed_ && files_.empty())) {
    if (waiting_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto due = std::max(waiting_.begin()->first, pause_until_);
    if (due > Clock::now()) {
      changed_.wait_until(lock, due);
      continue;
    }
    const std::string file = waiting_.begin()->second;
    waiting_.erase(waiting_.begin());
    State& state = files_.at(file);
    state.is_taken = true;
    state.comes_again = false;
    return Item{.file = file, .was_written = std::exchange(state.was_written, false)};
  }
  return std::nullopt;
}

/// An item that was taken waits again.
void UploadQueue::put_back(const Item& item, Clock::time_point due) {
  State& state = files_.at(item.file);
  state.is_taken = false;
  put(item.file, state, due);
}

void UploadQueue::done(const Item& item) {
  const std::lock_guard lock(mutex_);
  failures_ = 0;
  const State& state = files_.at(item.file);
  if (state.comes_again) return put_back(item, state.due);
  files_.erase(item.file);
  tell_if_drained();
}

void UploadQueue::failed(const Item& item) {
  const std::lock_guard lock(mutex_);
  const auto longest = is_closed_ ? longest_pause_at_end : longest_pause;
  const auto pause = std::min(longest, first_pause * (1 << std::min(failures_, 6)));
  // Those that were on their way at the same time fail together, and count once.
  if (pause_until_ <= Clock::now()) {
    ++failures_;
    pause_until_ = Clock::now() + pause;
  }
  State& state = files_.at(item.file);
  state.was_written = state.was_written || item.was_written;
  put_back(item, Clock::now());
}

void UploadQueue::refused(const Item& item) {
  const std::lock_guard lock(mutex_);
  State& state = files_.at(item.file);
  if (is_closed_ && !state.comes_again) {
    files_.erase(item.file);
    given_up_.insert(item.file);
    return tell_if_drained();
  }
  const auto due = Clock::now() + (state.comes_again ? std::chrono::milliseconds(0) : longest_pause);
  state.was_written = state.was_written || item.was_written;
  put_back(item, due);
}

void UploadQueue::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  pause_until_ = {};
  waiting_.clear();
  for (auto& [file, state] : files_) {
    state.due = Clock::now();
    if (!state.is_taken) put(file, state, state.due);
  }
  tell_if_drained();
  changed_.notify_all();
}

void UploadQueue::stop() {
  const std::lock_guard lock(mutex_);
  is_stopped_ = true;
  changed_.notify_all();
}

void UploadQueue::tell_if_drained() {
  if (!is_closed_ || !files_.empty()) return;
  drained_.set();
  changed_.notify_all();
}

std::vector<std::string> UploadQueue::left() const {
  const std::lock_guard lock(mutex_);
  std::set<std::string> names = given_up_;
  for (const auto& [file, state] : files_) names.insert(file);
  return {names.begin(), names.end()};
}

}  // namespace sm_train
