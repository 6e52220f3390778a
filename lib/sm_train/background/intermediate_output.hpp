#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sm_train/background/byte_budget.hpp"
#include "sm_train/background/upload_queue.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/event.hpp"
#include "sm_train/system/interrupt.hpp"
#include "sm_train/system/tree_watch.hpp"

namespace sm_train {

/// Uploads a file under its path below the directory; false where the file was written meanwhile. Throws
/// Error: unavailable where the service cannot be reached, another cause where it refuses.
using UploadFile = std::function<bool(const std::filesystem::path& file, const std::string& path)>;

/// Makes one for a thread; `stop` throws when the thread is to end. Throws Error as the upload does.
using MakeUpload = std::function<UploadFile(const Interrupt& stop)>;

/// Files up to this size are uploaded several at a time; a larger one may take twice as much memory.
inline constexpr std::uint64_t small_upload = std::uint64_t{8} << 20U;

/// Uploads what a program writes and closes below a directory, while it lives. Whatever goes wrong is tried
/// again, and the first time a warning.
class IntermediateOutput {
 public:
  /// Throws Error{io} where there are no threads or descriptors.
  IntermediateOutput(std::filesystem::path directory, MakeUpload make_upload);
  IntermediateOutput(const IntermediateOutput&) = delete;
  IntermediateOutput& operator=(const IntermediateOutput&) = delete;
  IntermediateOutput(IntermediateOutput&&) = delete;
  IntermediateOutput& operator=(IntermediateOutput&&) = delete;
  /// Uploads nothing more.
  ~IntermediateOutput();

  /// Nothing is written any more: what is there now, and not uploaded as it is, is the rest.
  void finish();
  /// After finish(): readable when the rest is uploaded, or cannot be.
  int finished_fd() const { return queue_.drained_fd(); }
  /// The files that are not uploaded as they are now, by their paths below the directory.
  std::vector<std::string> left() const { return queue_.left(); }
  /// What went wrong last; empty where nothing did.
  std::string last_error() const;

 private:
  /// What tells one version of a file from another.
  struct Version {
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::chrono::nanoseconds written{0};
    std::chrono::nanoseconds seen{0};
    bool is_same_as(const Version& now) const;
  };

  static std::optional<Version> version_of(const std::filesystem::path& file);
  void run_watch();
  void run_upload();
  void take_on(const UploadQueue::Item& item, UploadFile& upload_file);
  bool is_uploaded(const std::string& file, const Version& version) const;
  bool comes_when_closed(const std::filesystem::path& file) const;
  void on_error(const UploadQueue::Item& item, const Error& error);

  std::filesystem::path directory_;
  MakeUpload make_upload_;
  TreeWatch watch_;
  UploadQueue queue_;
  ByteBudget for_small_files_;
  ByteBudget for_large_files_;
  StopFlag stop_;
  Event finishing_;
  std::atomic<bool> is_finishing_ = false;

  mutable std::mutex mutex_;
  std::map<std::string, Version> uploaded_;
  std::string last_error_;

  std::thread watch_thread_;
  std::vector<std::thread> upload_threads_;
};

}  // namespace sm_train
