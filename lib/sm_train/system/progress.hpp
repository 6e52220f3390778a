#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <thread>

#include "sm_train/system/byte_source.hpp"

namespace sm_train {

/// Where progress is shown, and by which clock. While a Progress lives, its own thread calls all of it.
struct ProgressDisplay {
  /// Draws a line in the place of the last one, and an empty one to erase it; none: there is no terminal.
  std::function<void(const std::string&)> draw;
  std::function<void(const std::string&)> say;  ///< writes a line
  std::function<std::size_t()> width;           ///< in characters
  std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
  std::chrono::milliseconds tick{100};  ///< how often it looks, and draws at most
};

/// The log, and its status line where stderr is a terminal that can move its cursor.
ProgressDisplay log_display();

/// Shows for as long as it lives how much has come of `what`, while nothing comes too: on a terminal a line
/// that is drawn anew, elsewhere a line every ten seconds; nothing in the first second.
class Progress {
 public:
  explicit Progress(std::string what, ProgressDisplay display = log_display());
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  Progress(Progress&&) = delete;
  Progress& operator=(Progress&&) = delete;
  ~Progress();

  /// How much there will be, once that is known.
  void expect(std::optional<std::uint64_t> total);

  /// The same bytes, which are counted as they are pulled. Not to be used after this is gone.
  ByteSource count(ByteSource bytes);

 private:
  static constexpr std::uint64_t unknown = std::numeric_limits<std::uint64_t>::max();

  void run(const std::stop_token& stop);
  void show(std::chrono::milliseconds elapsed);

  std::string what_;
  ProgressDisplay display_;
  std::chrono::steady_clock::time_point start_;
  std::chrono::milliseconds last_said_{0};  ///< after the start
  bool is_drawn_ = false;
  std::atomic<std::uint64_t> done_ = 0;
  std::atomic<std::uint64_t> total_ = unknown;
  std::jthread ticker_;  ///< the last, as it uses all the others
};

}  // namespace sm_train
