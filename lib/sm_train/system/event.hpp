#pragma once

#include <atomic>
#include <exception>

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

/// What ends the work of a thread from which nothing is wanted any more.
struct Stopped : std::exception {
  const char* what() const noexcept override { return "this is not wanted any more"; }
};

/// Tells threads that nothing is wanted of them any more; for good.
class StopFlag {
 public:
  /// Throws Error{io} where there is no descriptor left.
  StopFlag() = default;

  void set();
  bool is_set() const { return is_set_; }
  /// Throws Stopped where it is set.
  void check() const;
  /// For all that such a thread does: throws Stopped when the flag is set. Valid as long as the flag.
  Interrupt interrupt() const;

 private:
  Event event_;
  std::atomic<bool> is_set_ = false;
};

}  // namespace sm_train
