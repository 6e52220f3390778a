#include "sm_train/system/start_thread.hpp"

#include <system_error>
#include <utility>

#include <fmt/core.h>

#include "sm_train/contract/failure.hpp"

namespace sm_train {

std::thread start_thread(std::function<void()> run) try {
  return std::thread(std::move(run));
} catch (const std::system_error& error) {
  throw Error({.cause = Cause::io,
               .what = fmt::format("cannot start a thread: {}", error.code().message()),
               .remedy = "Raise the container's limit of processes (pids)."});
}

}  // namespace sm_train
