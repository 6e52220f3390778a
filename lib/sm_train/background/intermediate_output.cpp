#include "sm_train/background/intermediate_output.hpp"

#include <algorithm>
#include <array>
#include <poll.h>
#include <sys/stat.h>
#include <utility>

#include <fmt/format.h>

#include "sm_train/system/blocked_signals.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/start_thread.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

using namespace std::chrono_literals;

constexpr unsigned upload_threads = 6;
// What the files take that are being uploaded.
constexpr std::uint64_t memory = 3 * small_upload;
// A file that was found, and not closed before our eyes, may still be written.
constexpr std::chrono::milliseconds settling_time = 1s;
// Where not everything can be watched.
constexpr std::chrono::milliseconds pause_between_looks = 10s;
// The kernel's times of files go in steps of a tick or more.
constexpr std::chrono::nanoseconds clock_step = 20ms;

std::chrono::nanoseconds since_epoch(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::chrono::nanoseconds now() {
  return std::chrono::system_clock::now().time_since_epoch();
}

}  // namespace

/// One that was written just before it was seen may have been written once more since, at the same time.
bool IntermediateOutput::Version::is_same_as(const Version& now) const {
  return inode == now.inode && size == now.size && written == now.written && written + clock_step < seen;
}

std::optional<IntermediateOutput::Version> IntermediateOutput::version_of(const fs::path& file) {
  struct stat status = {};
  if (::lstat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return Version{.inode = status.st_ino,
                 .size = static_cast<std::uint64_t>(status.st_size),
                 .written = since_epoch(status.st_mtim),
                 .seen = now()};
}

IntermediateOutput::IntermediateOutput(fs::path directory, MakeUpload make_upload)
    : directory_(std::move(directory)),
      make_upload_(std::move(make_upload)),
      watch_(directory_),
      budget_(memory) {
  const auto blocked = BlockedSignals::all();
  watch_thread_ = start_thread([this] { run_watch(); });
  try {
    for (unsigned i = 0; i < upload_threads; ++i)
      upload_threads_.push_back(start_thread([this] { run_upload(); }));
  } catch (const Error&) {
    // Fewer do it too.
    if (!upload_threads_.empty()) return;
    finishing_.set();
    watch_thread_.join();
    throw;
  }
}

IntermediateOutput::~IntermediateOutput() {
  stop_.set();
  queue_.stop();
  finish();
  for (std::thread& thread : upload_threads_) thread.join();
}

void IntermediateOutput::finish() {
  if (!watch_thread_.joinable()) return;
  finishing_.set();
  watch_thread_.join();
  for (const std::string& file : watch_.all_files()) queue_.add({.file = file});
  queue_.close();
}

void IntermediateOutput::run_watch() try {
  while (true) {
    std::array<pollfd, 2> waited = {pollfd{.fd = watch_.fd(), .events = POLLIN, .revents = 0},
                                    pollfd{.fd = finishing_.fd(), .events = POLLIN, .revents = 0}};
    const auto limit = watch_.is_complete() ? -1ms : pause_between_looks;
    const int ready = ::poll(waited.data(), waited.size(), static_cast<int>(limit.count()));
    TreeWatch::News news = watch_.take();
    if (ready == 0) news.found = watch_.all_files();
    for (const std::string& file : news.closed) queue_.add({.file = file, .was_written = true});
    for (const std::string& file : news.found) queue_.add({.file = file}, settling_time);
    if (waited[1].revents != 0) return;
  }
} catch (const std::exception& error) {
  log(LogLevel::warning, fmt::format("intermediate output waits for the end of the job: {}", error.what()));
}

void IntermediateOutput::run_upload() {
  UploadFile upload_file;
  while (const auto item = queue_.take()) {
    try {
      upload(*item, upload_file);
      queue_.done(*item);
    } catch (const Stopped&) {
      return queue_.failed(*item);
    } catch (const Error& error) {
      on_error(*item, error);
    } catch (const std::exception& error) {
      on_error(*item, Error({.cause = Cause::internal, .what = error.what(), .remedy = ""}));
    }
  }
}

void IntermediateOutput::upload(const UploadQueue::Item& item, UploadFile& upload_file) {
  const fs::path file = directory_ / item.file;
  const auto version = version_of(file);
  if (!version) return;  // it has gone, or is no file
  {
    const std::lock_guard lock(mutex_);
    const auto known = uploaded_.find(item.file);
    if (!item.was_written && known != uploaded_.end() && known->second.is_same_as(*version)) return;
  }
  const ByteBudget::Share share(budget_, version->size > small_upload ? 2 * small_upload : version->size);
  stop_.check();
  if (!upload_file) upload_file = make_upload_(stop_.interrupt());
  upload_file(file, item.file);
  const std::lock_guard lock(mutex_);
  uploaded_[item.file] = *version;
}

void IntermediateOutput::on_error(const UploadQueue::Item& item, const Error& error) {
  if (!version_of(directory_ / item.file)) return queue_.done(item);
  if (error.failure().cause == Cause::bad_data) {
    // Whoever writes it closes it.
    queue_.add(item, settling_time);
    return queue_.done(item);
  }
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(has_warned_, true))
      log(LogLevel::warning,
          fmt::format("intermediate output is not uploaded, and tried again: {}", error.what()));
  }
  if (error.failure().cause == Cause::unavailable) return queue_.failed(item);
  queue_.refused(item);
}

}  // namespace sm_train
