#include "sm_train/system/tree_watch.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace fs = std::filesystem;

namespace sm_train {

namespace {

constexpr unsigned wanted =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK;

std::string below(const std::string& directory, const std::string& name) {
  return directory.empty() ? name : directory + "/" + name;
}

/// A link to a file that is there already, which nobody closes.
bool is_hard_link(const fs::path& file) {
  struct stat status = {};
  return ::lstat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink > 1;
}

void add(std::vector<std::string> files, std::vector<std::string>& to) {
  std::move(files.begin(), files.end(), std::back_inserter(to));
}

}  // namespace

TreeWatch::TreeWatch(fs::path directory)
    : root_(std::move(directory)), inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  all_files();
}

std::vector<std::string> TreeWatch::all_files() {
  std::vector<std::string> found;
  is_complete_ = true;
  watch("", found);
  return found;
}

TreeWatch::News TreeWatch::take() {
  News news;
  alignas(inotify_event) std::array<char, 64 << 10> buffer;
  for (ssize_t size = 0; (size = ::read(inotify_.get(), buffer.data(), buffer.size())) > 0;) {
    for (ssize_t at = 0; at < size;) {
      inotify_event event = {};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* name = buffer.data() + at + sizeof event;
      on_event(event.wd, event.mask, event.len > 0 ? std::string(name) : "", news);
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  }
  return news;
}

void TreeWatch::on_event(int watched, unsigned mask, const std::string& name, News& news) {
  if ((mask & IN_Q_OVERFLOW) != 0) {
    // Also a directory may have been missed.
    add(all_files(), news.found);
    return;
  }
  const auto directory = directories_.find(watched);
  if (directory == directories_.end()) return;
  if ((mask & IN_IGNORED) != 0) {
    const bool is_root = directory->second.empty();
    directories_.erase(directory);
    // Another one may be made in its place.
    if (is_root) add(all_files(), news.found);
    return;
  }
  const std::string path = below(directory->second, name);
  if ((mask & IN_ISDIR) != 0) {
    if ((mask & IN_MOVED_FROM) != 0) forget(path);
    if ((mask & (IN_CREATE | IN_MOVED_TO)) != 0) watch(path, news.found);
  } else if ((mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0 ||
             ((mask & IN_CREATE) != 0 && is_hard_link(root_ / path))) {
    news.closed.push_back(path);
  }
}

/// A directory that is watched already keeps its watch, under its present path. It is watched before it is
/// read, so that nothing falls in between.
void TreeWatch::watch(const std::string& directory, std::vector<std::string>& found) {
  // Without a slash behind it, which would follow a symlink.
  const fs::path here = directory.empty() ? root_ : root_ / directory;
  const int watched = ::inotify_add_watch(inotify_.get(), here.c_str(), wanted);
  const bool has_gone = watched < 0 && (errno == ENOENT || errno == ENOTDIR);
  if (watched >= 0) directories_[watched] = directory;
  // One that has gone again is not missing, but for the root.
  if (watched < 0 && (directory.empty() || !has_gone)) is_complete_ = false;
  if (has_gone) return;
  std::error_code error;
  for (fs::directory_iterator entry(here, error), end; !error && entry != end; entry.increment(error)) {
    const std::string path = below(directory, entry->path().filename());
    const auto kind = entry->symlink_status(error).type();
    if (kind == fs::file_type::regular) found.push_back(path);
    if (kind == fs::file_type::directory) watch(path, found);
    error.clear();
  }
}

/// It has moved away, and tells nothing under its old path.
void TreeWatch::forget(const std::string& directory) {
  for (const auto& [watched, path] : std::map<int, std::string>(directories_))
    if (path == directory || path.starts_with(directory + "/")) {
      ::inotify_rm_watch(inotify_.get(), watched);
      directories_.erase(watched);
    }
}

}  // namespace sm_train
