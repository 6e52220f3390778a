#pragma once

#include <stdexcept>
#include <unistd.h>

#include "sm_train/system/interrupt.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train::test {

struct Interrupted : std::runtime_error {
  Interrupted() : std::runtime_error("interrupted") {}
};

/// An Interrupt on a pipe, whose check throws Interrupted.
class Interrupter {
 public:
  Interrupter() {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("pipe");
    reader_.reset(ends[0]);
    writer_.reset(ends[1]);
  }
  Interrupt interrupt() const {
    return {.fd = reader_.get(), .check = [] { throw Interrupted(); }};
  }
  void raise() const {
    if (::write(writer_.get(), "x", 1) != 1) throw std::runtime_error("write");
  }

 private:
  UniqueFd reader_;
  UniqueFd writer_;
};

}  // namespace sm_train::test
