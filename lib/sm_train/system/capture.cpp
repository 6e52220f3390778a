#include "sm_train/system/capture.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/process.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

namespace {

constexpr std::size_t max_output = 1 << 20;

/// All that comes until the end of the stream; nothing where that is not reached in time.
std::optional<std::string> read_all(int fd, std::chrono::milliseconds limit) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + limit;
  std::string output;
  std::array<char, 4096> buffer{};
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd readable{.fd = fd, .events = POLLIN, .revents = 0};
    if (left <= 0 || ::poll(&readable, 1, static_cast<int>(left)) == 0) return std::nullopt;
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count < 0) return std::nullopt;
    if (count == 0) return output;
    output.append(buffer.data(), std::min(static_cast<std::size_t>(count), max_output - output.size()));
  }
}

}  // namespace

std::optional<std::string> capture_output(const Command& command, std::chrono::milliseconds limit) try {
  std::array<int, 2> ends = {-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  const UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  const UniqueFd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  const pid_t pid = start_process(command, {.out = write_end.get(), .err = null.get()});
  write_end.reset();

  std::optional<std::string> output = read_all(read_end.get(), limit);
  if (!output) ::kill(-pid, SIGKILL);
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return output;
} catch (const Error&) {
  return std::nullopt;  // it cannot be started
}

}  // namespace sm_train
