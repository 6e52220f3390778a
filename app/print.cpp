#include "print.hpp"

#include <cerrno>
#include <iostream>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/files.hpp"

namespace sm_train {

void print(std::string_view text) {
  errno = 0;
  std::cout << text << std::flush;
  // Who reads just the beginning, as head(1) does, has what he wants.
  if (!std::cout && errno != EPIPE)
    throw Error(errno_failure(errno == 0 ? EIO : errno, Access::write, "write to standard output"));
}

}  // namespace sm_train
