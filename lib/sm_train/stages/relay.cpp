#include "sm_train/stages/relay.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace sm_train {

namespace {

// What a pipe holds: a larger block would never be filled.
constexpr std::size_t block_bytes = std::size_t{64} * 1024;

}  // namespace

Relay::Relay(UniqueFd source, std::optional<OutputStream> sink)
    : source_(std::move(source)), sink_(std::move(sink)), block_(block_bytes) {
  // The pipe's two ends are descriptions of their own: the program's stays blocking.
  fcntl(source_.get(), F_SETFL, O_RDONLY | O_NONBLOCK);
}

pollfd Relay::interest() const {
  if (!unsent_.empty()) return {.fd = sink_->fd(), .events = POLLOUT, .revents = 0};
  return {.fd = source_.get(), .events = POLLIN, .revents = 0};
}

void Relay::advance() {
  if (unsent_.empty() && source_) read_block();
  if (!unsent_.empty()) write_block();
}

void Relay::end_after_pending() {
  if (!source_ || still_to_read_) return;
  int pending = 0;
  ioctl(source_.get(), FIONREAD, &pending);
  still_to_read_ = static_cast<std::size_t>(pending);
  if (pending == 0) source_.reset();
}

std::string Relay::take_tail() {
  if (tail_.size() > tail_bytes) tail_.erase(0, tail_.size() - tail_bytes);
  return std::move(tail_);
}

void Relay::read_block() {
  const std::size_t wanted = std::min(still_to_read_.value_or(block_.size()), block_.size());
  const ssize_t got = read(source_.get(), block_.data(), wanted);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    source_.reset();
    return;
  }
  const std::string_view bytes(block_.data(), static_cast<std::size_t>(got));
  keep(bytes);
  if (sink_) unsent_ = bytes;
  if (still_to_read_ && (*still_to_read_ -= bytes.size()) == 0) source_.reset();
}

void Relay::write_block() {
  const auto written = sink_->write(unsent_);
  if (written) {
    unsent_.remove_prefix(*written);
  } else {
    sink_.reset();
    unsent_ = {};
  }
}

void Relay::keep(std::string_view bytes) {
  // Trimmed now and then, not with every read.
  if (tail_.size() + bytes.size() > 4 * tail_bytes)
    tail_.erase(0, tail_.size() - std::min(tail_.size(), tail_bytes));
  tail_ += bytes;
}

}  // namespace sm_train
