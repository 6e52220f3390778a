#include "sm_train/system/capture.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/process.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

namespace {

constexpr std::size_t max_output = 1 << 20;

// False where the end of the stream is not reached in time.
bool read_all(int fd, std::chrono::milliseconds limit, const Interrupt& interrupt, std::string& output) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + limit;
  std::array<char, 4096> buffer{};
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    std::array<pollfd, 2> readable = {
        {{.fd = fd, .events = POLLIN, .revents = 0}, {.fd = interrupt.fd, .events = POLLIN, .revents = 0}}};
    if (left <= 0 || ::poll(readable.data(), readable.size(), static_cast<int>(left)) == 0) return false;
    if (readable[1].revents != 0) interrupt.check();
    if (readable[0].revents == 0) continue;
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count <= 0) return count == 0;
    output.append(buffer.data(), std::min(static_cast<std::size_t>(count), max_output - output.size()));
  }
}

// A child that is killed with its process group, unless it was waited for.
class Running {
 public:
  explicit Running(pid_t pid) : pid_(pid) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  Running(Running&&) = delete;
  Running& operator=(Running&&) = delete;
  ~Running() {
    if (!waited_) kill_and_wait();
  }

  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    waited_ = true;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

  int kill_and_wait() {
    ::kill(-pid_, SIGKILL);
    return wait();
  }

 private:
  pid_t pid_;
  bool waited_ = false;
};

}  // namespace

CapturedEnd run_captured(const Command& command, std::chrono::milliseconds limit,
                         const Interrupt& interrupt) {
  std::array<int, 2> ends = {-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw Error(errno_failure(errno, Access::read, "make a pipe"));
  const UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  const UniqueFd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  Running child(start_process(command, {.out = write_end.get(), .err = null.get()}));
  write_end.reset();

  CapturedEnd end;
  end.timed_out = !read_all(read_end.get(), limit, interrupt, end.output);
  end.exit_code = end.timed_out ? child.kill_and_wait() : child.wait();
  return end;
}

std::optional<std::string> capture_output(const Command& command, std::chrono::milliseconds limit) try {
  auto end = run_captured(command, limit);
  if (end.timed_out || end.exit_code != 0) return std::nullopt;
  return std::move(end.output);
} catch (const Error&) {
  return std::nullopt;  // it cannot be started
}

}  // namespace sm_train
