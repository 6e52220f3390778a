#pragma once

#include <functional>

namespace sm_train {

/// What may end a long step early. `fd` becomes readable when something came in, to be waited on beside the
/// step's own descriptors (-1: never); `check` then looks at it and throws the reason, or returns where the
/// step should go on.
struct Interrupt {
  int fd = -1;
  std::function<void()> check = [] {};
};

}  // namespace sm_train
