#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

/// Writes to one of our own inherited streams without waiting for its reader. O_NONBLOCK is a property of the
/// open file description, which we share with other processes (the shell, the rest of a pipeline): it is
/// never set there.
class OutputStream {
 public:
  /// `fd` stays the caller's, open for the life of this.
  explicit OutputStream(int fd);

  /// To be polled for POLLOUT.
  int fd() const { return own_ ? own_.get() : fd_; }

  const char* name() const { return fd_ == 1 ? "stdout" : "stderr"; }

  /// Writes what can be taken at once and returns how many bytes that was, 0 for none; nothing when no byte
  /// can ever be written again, with errno as of write(2): EPIPE where the reader has gone.
  std::optional<std::size_t> write(std::string_view bytes);

 private:
  enum class Kind { never_waits, socket, others };

  int fd_;
  UniqueFd own_;  ///< a description of our own of the same pipe or terminal, non-blocking
  Kind kind_ = Kind::others;
};

}  // namespace sm_train
