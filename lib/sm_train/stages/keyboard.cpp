#include "sm_train/stages/keyboard.hpp"

#include <array>
#include <cerrno>
#include <termios.h>
#include <unistd.h>

namespace sm_train {

pollfd Keyboard::interest() const {
  if (!unsent_.empty()) return {.fd = program_, .events = POLLOUT, .revents = 0};
  return {.fd = at_end_ ? -1 : typed_, .events = POLLIN, .revents = 0};
}

bool Keyboard::advance(pid_t group) {
  if (unsent_.empty()) {
    std::array<char, 256> keys = {};
    const ssize_t got = read(typed_, keys.data(), keys.size());
    if (got > 0) unsent_.assign(keys.data(), static_cast<std::size_t>(got));
    at_end_ = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
  }
  if (unsent_.empty()) return false;
  const std::size_t stop_key = stop_key_for(group);
  const ssize_t written = write(program_, unsent_.data(), unsent_.size());
  if (written > 0) unsent_.erase(0, static_cast<std::size_t>(written));
  if (written < 0 && errno != EAGAIN && errno != EINTR) unsent_.clear();
  return written > 0 && stop_key < static_cast<std::size_t>(written);
}

/// Where it stands in what is to be sent; npos where it does not, or is a key like another now.
std::size_t Keyboard::stop_key_for(pid_t group) const {
  termios settings = {};
  if (tcgetattr(program_, &settings) != 0 || (settings.c_lflag & ISIG) == 0) return std::string::npos;
  if (settings.c_cc[VSUSP] == _POSIX_VDISABLE || tcgetpgrp(program_) != group) return std::string::npos;
  return unsent_.find(static_cast<char>(settings.c_cc[VSUSP]));
}

}  // namespace sm_train
