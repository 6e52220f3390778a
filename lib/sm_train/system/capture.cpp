#include "sm_train/system/capture.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/process.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t max_output = 1 << 20;
// How often to look whether a command that has closed its output has ended too.
constexpr std::chrono::milliseconds look_again{5};

/// Waits until `fd` (-1: nothing) can be read, or the deadline; false at the deadline. interrupt.check may
/// throw.
bool wait_readable(int fd, Clock::time_point deadline, const Interrupt& interrupt) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    std::array<pollfd, 2> wanted = {
        {{.fd = fd, .events = POLLIN, .revents = 0}, {.fd = interrupt.fd, .events = POLLIN, .revents = 0}}};
    if (left <= 0 || ::poll(wanted.data(), wanted.size(), static_cast<int>(left)) == 0) return false;
    if (wanted[1].revents != 0) interrupt.check();
    if (wanted[0].revents != 0) return true;
  }
}

/// A child with the pipe that it writes to. What is not waited for is killed with its process group.
class Running {
 public:
  explicit Running(const Command& command) {
    std::array<int, 2> ends = {-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw Error(errno_failure(errno, Access::read, "make a pipe"));
    output_.reset(ends[0]);
    const UniqueFd write_end(ends[1]);
    const UniqueFd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    pid_ = start_process(command, {.out = write_end.get(), .err = null.get()});
  }
  Running(Running&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), output_(std::move(other.output_)) {}
  Running& operator=(Running&&) = delete;
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    if (pid_ < 0) return;
    ::kill(-pid_, SIGKILL);
    // Not waited for, as it may hang in the kernel: launch() reaps what ends later.
    ::waitpid(pid_, nullptr, WNOHANG);
  }

  CapturedEnd finish(std::chrono::milliseconds limit, const Interrupt& interrupt) {
    const auto deadline = Clock::now() + limit;
    CapturedEnd end;
    end.timed_out = !read_all(end.output, deadline, interrupt) || !wait(end.exit_code, deadline, interrupt);
    return end;
  }

 private:
  bool read_all(std::string& output, Clock::time_point deadline, const Interrupt& interrupt) const {
    std::array<char, 4096> buffer{};
    while (wait_readable(output_.get(), deadline, interrupt)) {
      const ssize_t count = ::read(output_.get(), buffer.data(), buffer.size());
      if (count <= 0) return count == 0;
      output.append(buffer.data(), std::min(static_cast<std::size_t>(count), max_output - output.size()));
    }
    return false;
  }

  bool wait(int& exit_code, Clock::time_point deadline, const Interrupt& interrupt) {
    int status = 0;
    while (::waitpid(pid_, &status, WNOHANG) == 0) {
      if (Clock::now() >= deadline) return false;
      wait_readable(-1, Clock::now() + look_again, interrupt);
    }
    pid_ = -1;
    exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return true;
  }

  pid_t pid_ = -1;
  UniqueFd output_;
};

/// Nothing where the command cannot be started.
std::optional<Running> start(const Command& command) try { return Running(command); } catch (const Error&) {
  return std::nullopt;
}

}  // namespace

CapturedEnd run_captured(const Command& command, std::chrono::milliseconds limit,
                         const Interrupt& interrupt) {
  return Running(command).finish(limit, interrupt);
}

std::optional<std::string> capture_output(const Command& command, std::chrono::milliseconds limit,
                                          const Interrupt& interrupt) {
  std::optional<Running> running = start(command);
  if (!running) return std::nullopt;
  CapturedEnd end = running->finish(limit, interrupt);
  if (end.timed_out || end.exit_code != 0) return std::nullopt;
  return std::move(end.output);
}

}  // namespace sm_train
