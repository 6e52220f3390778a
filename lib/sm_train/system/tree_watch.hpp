#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

/// Tells which regular files below a directory were written, by their paths from there.
/// Source: inotify(7)
class TreeWatch {
 public:
  struct News {
    std::vector<std::string> closed;  ///< after writing, or moved or linked into place
    /// In a directory that is new here, or anywhere, where the kernel dropped news: someone may still write
    /// them, or nobody did.
    std::vector<std::string> found;
  };

  explicit TreeWatch(std::filesystem::path directory);

  /// Readable when there is news; -1 where the kernel gives no inotify.
  int fd() const { return inotify_.get(); }

  /// What there is now. Never waits.
  News take();

  /// All files that there are. What cannot be read is left out.
  std::vector<std::string> all_files();

  /// False where a directory could not be watched (a limit of fs.inotify): only all_files() shows what is in
  /// it.
  bool is_complete() const { return is_complete_; }

 private:
  void watch(const std::string& directory, std::vector<std::string>& found);
  void forget(const std::string& directory);
  void on_event(int watch, unsigned mask, const std::string& name, News& news);

  std::filesystem::path root_;
  UniqueFd inotify_;
  std::map<int, std::string> directories_;  ///< by watch; the root's is ""
  bool is_complete_ = true;
};

}  // namespace sm_train
