#include "sm_train/system/wait.hpp"

#include <algorithm>
#include <poll.h>

namespace sm_train {

void wait_for(std::chrono::milliseconds duration, const Interrupt& interrupt) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + duration;
  auto left = duration;
  do {
    pollfd waited = {.fd = interrupt.fd, .events = POLLIN, .revents = 0};
    if (::poll(&waited, 1, static_cast<int>(left.count())) > 0) interrupt.check();
    left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
  } while (left.count() > 0);
}

}  // namespace sm_train
