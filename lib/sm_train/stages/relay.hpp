#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <vector>

#include "sm_train/system/output_stream.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

/// What is written in the place of a stream's bytes, piece by piece; `is_end` after the last.
using RewriteOutput = std::function<std::string(std::string_view bytes, bool is_end)>;

/// Passes one stream of a program on, byte for byte, and keeps its end. It holds at most one block, and reads
/// the next only when that one is gone: a slow reader slows the program down, as without us. Where the reader
/// has gone, or can take no more (which the log says), the rest is read and dropped. Lines of our own may be
/// put between the program's.
class Relay {
 public:
  static constexpr std::size_t tail_bytes = std::size_t{64} * 1024;

  /// `source` is the reading end of a pipe of our own, or our side of a pseudo-terminal. Without `sink` only
  /// the tail is kept. With `rewrite` that is written which it gives; the tail stays the program's.
  Relay(UniqueFd source, std::optional<OutputStream> sink, RewriteOutput rewrite = {});

  /// What to poll for; fd is -1 where there is nothing to wait for.
  pollfd interest() const;

  /// Moves what can be moved now. Never waits.
  void advance();

  /// Writes whole lines of our own as soon as the program's output stands at the beginning of a line, or has
  /// ended. Dropped where there is no reader.
  void put_between_lines(std::string_view lines);

  /// Takes what is there now for the last: a process that left the program's group may hold the stream open,
  /// and write, for ever.
  void end_after_pending();

  /// All was read and passed on.
  bool done() const { return !source_ && unsent_.empty() && own_lines_.empty(); }

  /// What was passed on last did not end its line.
  bool is_inside_line() const { return inside_line_; }

  std::string tail() const;

 private:
  void read_block();
  void end_source();
  void write_block();
  std::string_view next_to_write() const;
  bool own_lines_are_next() const;

  UniqueFd source_;
  std::optional<OutputStream> sink_;
  std::optional<std::size_t> still_to_read_;
  /// What was read last, over and over: what was passed on stays there as the tail.
  std::vector<char> ring_;
  std::size_t read_ = 0;  ///< bytes since the start, so the next stands at read_ % ring_.size()
  RewriteOutput rewrite_;
  std::string rewritten_;
  std::string_view unsent_;  ///< of the ring, or of what was rewritten
  std::string own_lines_;
  bool own_line_begun_ = false;
  bool inside_line_ = false;
};

}  // namespace sm_train
