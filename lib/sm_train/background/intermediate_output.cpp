#include "sm_train/background/intermediate_output.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/one_line.hpp"
#include "sm_train/system/blocked_signals.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/start_thread.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

using namespace std::chrono_literals;

constexpr unsigned upload_threads = 6;
// A file that was found, and not closed before our eyes, may still be written.
constexpr std::chrono::milliseconds settling_time = 1s;
// Where not everything can be watched.
constexpr std::chrono::milliseconds pause_between_looks = 10s;
// The kernel's times of files go in steps of a tick or more: two versions within one have the same time.
constexpr std::chrono::milliseconds clock_step = 20ms;
// So a file is uploaded a little after it was closed, and of several versions in a row just the last.
constexpr std::chrono::milliseconds resting_time = clock_step + 5ms;

std::chrono::nanoseconds since_epoch(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::chrono::nanoseconds now() {
  return std::chrono::system_clock::now().time_since_epoch();
}

/// Somebody has it open for writing, and will close it. A lease for reading is what the kernel refuses then;
/// where it gives none at all, nobody knows. Breaking one is told by a signal, which must be none that the
/// program would get: SIGCHLD makes us look for children once more. Source: fcntl(2), "Leases"
bool is_being_written(const fs::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  if (!fd || ::fcntl(fd.get(), F_SETSIG, SIGCHLD) != 0) return false;
  if (::fcntl(fd.get(), F_SETLEASE, F_RDLCK) != 0) return errno == EAGAIN;
  ::fcntl(fd.get(), F_SETLEASE, F_UNLCK);
  return false;
}

}  // namespace

/// One that was written just before it was seen may have been written once more since, at the same time.
bool IntermediateOutput::Version::is_same_as(const Version& now) const {
  return inode == now.inode && size == now.size && written == now.written && written + clock_step < seen;
}

std::optional<IntermediateOutput::Version> IntermediateOutput::version_of(const fs::path& file) {
  struct stat status = {};
  const bool is_there = ::lstat(file.c_str(), &status) == 0;
  if (!is_there && errno != ENOENT && errno != ENOTDIR)
    throw Error(errno_failure(errno, Access::read, "read " + file.native()));
  if (!is_there || !S_ISREG(status.st_mode)) return std::nullopt;
  return Version{.inode = status.st_ino,
                 .size = static_cast<std::uint64_t>(status.st_size),
                 .written = since_epoch(status.st_mtim),
                 .seen = now()};
}

IntermediateOutput::IntermediateOutput(fs::path directory, MakeUpload make_upload)
    : directory_(std::move(directory)),
      make_upload_(std::move(make_upload)),
      watch_(directory_),
      for_small_files_(2 * small_upload),
      for_large_files_(1) {
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
  is_finishing_ = true;
  for (const std::string& file : watch_.all_files()) queue_.add({.file = file});
  queue_.close();
}

std::string IntermediateOutput::last_error() const {
  const std::lock_guard lock(mutex_);
  return last_error_;
}

void IntermediateOutput::run_watch() try {
  using Clock = UploadQueue::Clock;
  auto next_look = Clock::now() + pause_between_looks;
  bool has_warned = false;
  while (true) {
    if (!watch_.is_complete() && !std::exchange(has_warned, true))
      log(LogLevel::warning,
          fmt::format("not all of {} can be watched, which is looked at every {} s: raise "
                      "fs.inotify.max_user_watches and fs.inotify.max_user_instances",
                      directory_.native(),
                      std::chrono::duration_cast<std::chrono::seconds>(pause_between_looks).count()));
    std::array<pollfd, 2> waited = {pollfd{.fd = watch_.fd(), .events = POLLIN, .revents = 0},
                                    pollfd{.fd = finishing_.fd(), .events = POLLIN, .revents = 0}};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_look - Clock::now());
    ::poll(waited.data(), waited.size(),
           watch_.is_complete() ? -1 : static_cast<int>(std::max(left, 0ms).count()));
    TreeWatch::News news = watch_.take();
    for (const std::string& file : news.closed) queue_.add({.file = file, .was_written = true}, resting_time);
    if (!watch_.is_complete() && Clock::now() >= next_look) {
      news.found = watch_.all_files();
      next_look = Clock::now() + pause_between_looks;
    }
    for (const std::string& file : news.found) queue_.add({.file = file}, settling_time);
    if (waited[1].revents != 0) return;
  }
} catch (const std::exception& error) {
  log(LogLevel::warning, fmt::format("intermediate output waits for the end of the job: {}", error.what()));
}

void IntermediateOutput::run_upload() try {
  UploadFile upload_file;
  while (const auto item = queue_.take()) {
    try {
      take_on(*item, upload_file);
    } catch (const Stopped&) {
      return queue_.failed(*item);
    } catch (const Error& error) {
      on_error(*item, error);
    } catch (const std::exception& error) {
      on_error(*item, Error({.cause = Cause::internal, .what = error.what(), .remedy = ""}));
    }
  }
} catch (const std::exception& error) {
  log(LogLevel::warning, fmt::format("intermediate output has a thread less: {}", error.what()));
}

void IntermediateOutput::take_on(const UploadQueue::Item& item, UploadFile& upload_file) {
  const fs::path file = directory_ / item.file;
  const auto version = version_of(file);
  if (!version) {  // it has gone, or is no file
    const std::lock_guard lock(mutex_);
    uploaded_.erase(item.file);
    return queue_.done(item);
  }
  if (!item.was_written && (is_uploaded(item.file, *version) || comes_when_closed(file)))
    return queue_.done(item);
  const bool is_large = version->size > small_upload;
  const ByteBudget::Share share(is_large ? for_large_files_ : for_small_files_, is_large ? 1 : version->size);
  stop_.check();
  if (!upload_file) upload_file = make_upload_(stop_.interrupt());
  if (upload_file(file, item.file)) {
    const std::lock_guard lock(mutex_);
    uploaded_[item.file] = *version;
  } else {
    queue_.add(item, settling_time);  // whoever writes it closes it
  }
  queue_.done(item);
}

bool IntermediateOutput::is_uploaded(const std::string& file, const Version& version) const {
  const std::lock_guard lock(mutex_);
  const auto known = uploaded_.find(file);
  return known != uploaded_.end() && known->second.is_same_as(version);
}

/// In the end nobody is waited for.
bool IntermediateOutput::comes_when_closed(const fs::path& file) const {
  return !is_finishing_ && is_being_written(file);
}

void IntermediateOutput::on_error(const UploadQueue::Item& item, const Error& error) {
  struct stat status = {};
  if (::lstat((directory_ / item.file).c_str(), &status) != 0 && errno == ENOENT) return queue_.done(item);
  {
    const std::lock_guard lock(mutex_);
    const bool is_first = last_error_.empty();
    last_error_ = one_line(error.failure().what);
    if (is_first)
      log(LogLevel::warning, fmt::format("intermediate output is not uploaded, and tried again: {} {}",
                                         last_error_, error.failure().remedy));
  }
  if (error.failure().cause == Cause::unavailable) return queue_.failed(item);
  queue_.refused(item);
}

}  // namespace sm_train
