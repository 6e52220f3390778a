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

using Clock = std::chrono::steady_clock;

constexpr std::size_t max_output = 1 << 20;
// How often to look whether a tool that has closed its output has ended too.
constexpr int look_again_ms = 5;

int milliseconds_until(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::max<std::chrono::milliseconds::rep>(left, 0));
}

/// All that comes until the end of the stream; nothing where that is not reached in time.
std::optional<std::string> read_all(int fd, Clock::time_point deadline, const Interrupt& interrupt) {
  std::string output;
  std::array<char, 4096> buffer{};
  while (true) {
    std::array<pollfd, 2> wanted = {pollfd{.fd = fd, .events = POLLIN, .revents = 0},
                                    pollfd{.fd = interrupt.fd, .events = POLLIN, .revents = 0}};
    if (::poll(wanted.data(), wanted.size(), milliseconds_until(deadline)) == 0) return std::nullopt;
    if (wanted[1].revents != 0) interrupt.check();
    if (wanted[0].revents == 0) continue;
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count < 0) return std::nullopt;
    if (count == 0) return output;
    output.append(buffer.data(), std::min(static_cast<std::size_t>(count), max_output - output.size()));
  }
}

/// A process that is gone when this is, one way or the other.
class Tool {
 public:
  explicit Tool(pid_t pid) : pid_(pid) {}
  Tool(const Tool&) = delete;
  Tool& operator=(const Tool&) = delete;
  Tool(Tool&&) = delete;
  Tool& operator=(Tool&&) = delete;
  ~Tool() {
    if (pid_ < 0) return;
    ::kill(-pid_, SIGKILL);
    // Not waited for, as it may hang in the kernel: launch() reaps what ends later.
    ::waitpid(pid_, nullptr, WNOHANG);
  }

  /// Whether it exits with 0 in time.
  bool ends_well(Clock::time_point deadline, const Interrupt& interrupt) {
    int status = 0;
    while (::waitpid(pid_, &status, WNOHANG) == 0) {
      if (Clock::now() >= deadline) return false;
      pollfd wanted{.fd = interrupt.fd, .events = POLLIN, .revents = 0};
      if (::poll(&wanted, 1, look_again_ms) > 0) interrupt.check();
    }
    pid_ = -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

 private:
  pid_t pid_;
};

}  // namespace

std::optional<std::string> capture_output(const Command& command, std::chrono::milliseconds limit,
                                          const Interrupt& interrupt) {
  const auto deadline = Clock::now() + limit;
  std::array<int, 2> ends = {-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  const UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  const UniqueFd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  pid_t pid = -1;
  try {
    pid = start_process(command, {.out = write_end.get(), .err = null.get()});
  } catch (const Error&) {
    return std::nullopt;  // it cannot be started
  }
  Tool tool(pid);
  write_end.reset();

  std::optional<std::string> output = read_all(read_end.get(), deadline, interrupt);
  return output && tool.ends_well(deadline, interrupt) ? output : std::nullopt;
}

}  // namespace sm_train
