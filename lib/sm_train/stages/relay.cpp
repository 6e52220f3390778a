#include "sm_train/stages/relay.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "sm_train/system/log.hpp"

namespace sm_train {

namespace {

// Read in blocks of up to three quarters of it, the fourth being the tail.
constexpr std::size_t ring_bytes = 4 * Relay::tail_bytes;

// Then the signals have their turn.
constexpr std::size_t at_once = std::size_t{1} << 20U;

bool is_readable_now(int fd) {
  pollfd wanted = {.fd = fd, .events = POLLIN, .revents = 0};
  return poll(&wanted, 1, 0) > 0 && (wanted.revents & POLLIN) != 0;
}

/// Of a reader that has gone nobody wants to know; a full disk is another matter.
void say_that_it_is_lost(const OutputStream& sink) {
  log(LogLevel::warning,
      fmt::format("{} cannot be written: {}. What the program writes there from now on is lost", sink.name(),
                  std::generic_category().message(errno)));
}

}  // namespace

Relay::Relay(UniqueFd source, std::optional<OutputStream> sink, RewriteOutput rewrite)
    : source_(std::move(source)), sink_(std::move(sink)), ring_(ring_bytes), rewrite_(std::move(rewrite)) {
  // The two ends are descriptions of their own: the program's stays blocking.
  fcntl(source_.get(), F_SETFL, fcntl(source_.get(), F_GETFL) | O_NONBLOCK);
  // Fewer changes between the program and us; where it is refused, or no pipe, it stays as it is.
  fcntl(source_.get(), F_SETPIPE_SZ, static_cast<int>(2 * tail_bytes));
}

pollfd Relay::interest() const {
  if (!next_to_write().empty()) return {.fd = sink_->fd(), .events = POLLOUT, .revents = 0};
  return {.fd = source_.get(), .events = POLLIN, .revents = 0};
}

void Relay::advance() {
  const std::size_t start = read_;
  std::size_t before = 0;
  do {
    before = read_;
    if (unsent_.empty() && source_) read_block();
    write_block();
  } while (source_ && unsent_.empty() && (still_to_read_ || (read_ > before && read_ - start < at_once)));
}

void Relay::put_between_lines(std::string_view lines) {
  if (sink_) own_lines_ += lines;
}

void Relay::end_after_pending() {
  if (!source_ || still_to_read_) return;
  int waiting = 0;
  ioctl(source_.get(), FIONREAD, &waiting);
  still_to_read_ = std::max(ring_.size(), static_cast<std::size_t>(waiting));
  advance();
}

std::string Relay::tail() const {
  std::string bytes;
  const std::size_t kept = std::min(read_, tail_bytes);
  const std::size_t start = (read_ - kept) % ring_.size();
  bytes.append(ring_.data() + start, std::min(kept, ring_.size() - start));
  return bytes.append(ring_.data(), kept - bytes.size());
}

/// Nothing is unsent then.
void Relay::end_source() {
  source_.reset();
  if (!rewrite_ || !sink_) return;
  rewritten_ = rewrite_({}, true);
  unsent_ = rewritten_;
}

void Relay::read_block() {
  const std::size_t start = read_ % ring_.size();
  const std::size_t wanted =
      std::min({ring_.size() - start, ring_.size() - tail_bytes, still_to_read_.value_or(ring_.size())});
  // A terminal has what was written to it only when it was polled.
  if (still_to_read_ && !is_readable_now(source_.get())) {
    end_source();
    return;
  }
  const ssize_t got = read(source_.get(), ring_.data() + start, wanted);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  // A terminal whose other side was closed gives EIO.
  if (got <= 0) {
    end_source();
    return;
  }
  const std::string_view bytes(ring_.data() + start, static_cast<std::size_t>(got));
  read_ += bytes.size();
  const bool is_last = still_to_read_ && *still_to_read_ == bytes.size();
  if (rewrite_) rewritten_ = rewrite_(bytes, is_last);
  if (sink_) unsent_ = rewrite_ ? rewritten_ : bytes;
  if (still_to_read_ && (*still_to_read_ -= bytes.size()) == 0) source_.reset();
}

bool Relay::own_lines_are_next() const {
  const bool has_ended = !source_ && unsent_.empty();
  return !own_lines_.empty() && (own_line_begun_ || !inside_line_ || has_ended);
}

std::string_view Relay::next_to_write() const {
  if (own_lines_are_next()) return own_lines_;
  if (own_lines_.empty()) return unsent_;
  // Up to where they can be put.
  const auto line_end = unsent_.find('\n');
  return line_end == std::string_view::npos ? unsent_ : unsent_.substr(0, line_end + 1);
}

void Relay::write_block() {
  if (own_lines_are_next() && !own_line_begun_ && inside_line_) {
    // The program will not end its line any more.
    own_lines_.insert(own_lines_.begin(), '\n');
    inside_line_ = false;
  }
  const std::string_view bytes = next_to_write();
  if (bytes.empty()) return;
  const auto written = sink_->write(bytes);
  if (!written) {
    if (errno != EPIPE) say_that_it_is_lost(*sink_);
    sink_.reset();
    unsent_ = {};
    own_lines_.clear();
  } else if (own_lines_are_next()) {
    own_lines_.erase(0, *written);
    own_line_begun_ = !own_lines_.empty();
  } else if (*written > 0) {
    inside_line_ = unsent_[*written - 1] != '\n';
    unsent_.remove_prefix(*written);
  }
}

}  // namespace sm_train
