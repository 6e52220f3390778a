#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sm_train/system/event.hpp"

namespace sm_train {

/// The files that are to be uploaded, each once however often it is added, and by one thread at a time.
class UploadQueue {
 public:
  using Clock = std::chrono::steady_clock;

  struct Item {
    std::string file;
    bool was_written = false;  ///< false: it was only found, and may be as it was when it was uploaded
  };

  /// One that is being uploaded comes again afterwards.
  void add(const Item& item, std::chrono::milliseconds delay = std::chrono::milliseconds(0));

  /// Waits for the next. Nothing once the queue is stopped, or closed and empty.
  std::optional<Item> take();

  // What became of an item that was taken. Each must be told.

  void done(const Item& item);
  /// To be tried again after a while; nothing else comes before that: nobody can be reached.
  void failed(const Item& item);
  /// This one cannot be uploaded, whatever becomes of others: it comes again after half a minute, or, once
  /// the queue is closed, no more.
  void refused(const Item& item);

  /// Nothing more will be added, and nothing waits any longer than it must.
  void close();
  /// Readable once the queue is closed and empty.
  int drained_fd() const { return drained_.fd(); }
  /// take() gives nothing any more.
  void stop();

  /// Those that were added and are not done, sorted.
  std::vector<std::string> left() const;

 private:
  struct State {
    Clock::time_point due;
    bool was_written = false;
    bool is_taken = false;
    bool comes_again = false;
  };

  void put(const std::string& file, State& state, Clock::time_point due);
  void put_back(const Item& item, Clock::time_point due);
  void tell_if_drained();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, State> files_;                           ///< neither done nor given up
  std::set<std::pair<Clock::time_point, std::string>> waiting_;  ///< those that nobody has taken
  std::set<std::string> given_up_;
  Clock::time_point pause_until_{};
  int failures_ = 0;  ///< in a row
  bool is_closed_ = false;
  bool is_stopped_ = false;
  Event drained_;
};

}  // namespace sm_train
