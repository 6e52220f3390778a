#include "sm_train/system/output_stream.hpp"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>

namespace sm_train {

namespace {

/// Opens the same pipe or terminal once more. Not possible where /proc is missing, or where the user was
/// changed after the pipe was made.
UniqueFd reopen(int fd) {
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  return UniqueFd(open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
}

bool is_writable_now(int fd) {
  pollfd wanted = {.fd = fd, .events = POLLOUT, .revents = 0};
  return poll(&wanted, 1, 0) > 0;
}

}  // namespace

OutputStream::OutputStream(int fd) : fd_(fd) {
  struct stat status = {};
  fstat(fd, &status);
  if (S_ISSOCK(status.st_mode)) {
    kind_ = Kind::socket;
  } else if (S_ISFIFO(status.st_mode) || isatty(fd) != 0) {
    own_ = reopen(fd);
    if (own_) kind_ = Kind::never_waits;
  } else {
    // A regular file would get a position of its own from being opened again, and takes all anyway.
    kind_ = Kind::never_waits;
  }
}

std::optional<std::size_t> OutputStream::write(std::string_view bytes) {
  ssize_t written = 0;
  if (kind_ == Kind::socket) {
    written = send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  } else {
    if (kind_ == Kind::others) {
      if (!is_writable_now(fd_)) return 0;
      // A pipe that polls as writable takes this much without waiting (pipe(7), poll(2)).
      bytes = bytes.substr(0, PIPE_BUF);
    }
    written = ::write(fd(), bytes.data(), bytes.size());
  }
  if (written >= 0) return static_cast<std::size_t>(written);
  if (errno == EAGAIN || errno == EINTR) return 0;
  return std::nullopt;
}

}  // namespace sm_train
