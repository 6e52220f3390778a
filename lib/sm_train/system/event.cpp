#include "sm_train/system/event.hpp"

#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/eventfd.h>

#include "sm_train/system/files.hpp"

namespace sm_train {

Event::Event() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!fd_) throw Error(errno_failure(errno, Access::write, "make an event descriptor"));
}

void Event::set() const {
  ::eventfd_write(fd_.get(), 1);
}

void Event::clear() const {
  eventfd_t count = 0;
  ::eventfd_read(fd_.get(), &count);
}

void Event::wait(const Interrupt& interrupt) const {
  std::array<pollfd, 2> waited = {pollfd{.fd = fd_.get(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = interrupt.fd, .events = POLLIN, .revents = 0}};
  while (waited[0].revents == 0) {
    if (::poll(waited.data(), waited.size(), -1) < 0) continue;  // EINTR
    if (waited[1].revents != 0) interrupt.check();
  }
}

void StopFlag::set() {
  is_set_ = true;
  event_.set();
}

void StopFlag::check() const {
  if (is_set_) throw Stopped();
}

Interrupt StopFlag::interrupt() const {
  return {.fd = event_.fd(), .check = [this] { check(); }};
}

}  // namespace sm_train
