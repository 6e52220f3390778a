#pragma once

#include <cstddef>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <vector>

#include "sm_train/system/output_stream.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

/// Passes one stream of a program on, byte for byte, and keeps its end. It holds at most one block, and reads
/// the next only when that one is gone: a slow reader slows the program down, as without us. Where the reader
/// has gone, the rest is read and dropped.
class Relay {
 public:
  static constexpr std::size_t tail_bytes = std::size_t{64} * 1024;

  /// `source` is the reading end of a pipe of our own. Without `sink` only the tail is kept.
  Relay(UniqueFd source, std::optional<OutputStream> sink);

  /// What to poll for; fd is -1 where there is nothing to wait for.
  pollfd interest() const;

  /// Moves what can be moved now. Never waits.
  void advance();

  /// Takes what is in the pipe now for the last: a process that left the program's group may hold it open,
  /// and write, for ever.
  void end_after_pending();

  /// All was read and passed on.
  bool done() const { return !source_ && unsent_.empty(); }

  std::string take_tail();

 private:
  void read_block();
  void write_block();
  void keep(std::string_view bytes);

  UniqueFd source_;
  std::optional<OutputStream> sink_;
  std::optional<std::size_t> still_to_read_;
  std::vector<char> block_;
  std::string_view unsent_;
  std::string tail_;
};

}  // namespace sm_train
