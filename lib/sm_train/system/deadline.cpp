#include "sm_train/system/deadline.hpp"

#include <cerrno>
#include <memory>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <utility>

#include "sm_train/system/files.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

namespace {

[[noreturn]] void fail() {
  throw Error(errno_failure(errno, Access::write, "set a time limit"));
}

UniqueFd timer_of(std::chrono::milliseconds limit) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(limit);
  itimerspec time = {};
  time.it_value.tv_sec = whole.count();
  time.it_value.tv_nsec = std::chrono::nanoseconds(limit - whole).count();
  UniqueFd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!timer || ::timerfd_settime(timer.get(), 0, &time, nullptr) != 0) fail();
  return timer;
}

void add(const UniqueFd& all, int fd) {
  epoll_event readable = {.events = EPOLLIN, .data = {}};
  if (::epoll_ctl(all.get(), EPOLL_CTL_ADD, fd, &readable) != 0) fail();
}

class Deadline {
 public:
  Deadline(Interrupt inner, std::chrono::milliseconds limit, Failure when_over)
      : inner_(std::move(inner)),
        when_over_(std::move(when_over)),
        timer_(timer_of(limit)),
        either_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!either_) fail();
    add(either_, timer_.get());
    if (inner_.fd >= 0) add(either_, inner_.fd);
  }

  int fd() const { return either_.get(); }

  /// The timer is never read, and so stays readable.
  void check() const {
    pollfd timer = {.fd = timer_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&timer, 1, 0) > 0) throw Error(when_over_);
    inner_.check();
  }

 private:
  Interrupt inner_;
  Failure when_over_;
  UniqueFd timer_;
  UniqueFd either_;
};

}  // namespace

Interrupt with_deadline(const Interrupt& inner, std::chrono::milliseconds limit, const Failure& when_over) {
  if (limit <= std::chrono::milliseconds::zero()) return inner;
  const auto deadline = std::make_shared<const Deadline>(inner, limit, when_over);
  return {.fd = deadline->fd(), .check = [deadline] { deadline->check(); }};
}

}  // namespace sm_train
