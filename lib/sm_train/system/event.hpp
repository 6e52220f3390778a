#pragma once

#include "sm_train/system/interrupt.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

/// Something that one thread tells another: a descriptor that is readable while the event is set, to be
/// waited on beside others.
class Event {
 public:
  /// Throws Error{io} where there is no descriptor left.
  Event();

  void set() const;
  void clear() const;
  /// Returns when the event is set, and calls interrupt.check as soon as its descriptor becomes readable:
  /// what that throws ends the wait.
  void wait(const Interrupt& interrupt) const;
  int fd() const { return fd_.get(); }

 private:
  UniqueFd fd_;
};

}  // namespace sm_train
