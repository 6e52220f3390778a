#include "support/child.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdexcept>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sm_train/contract/failure.hpp"

namespace {

// Against hanging only: nothing is as slow as this.
constexpr int longest_silence_ms = 60'000;

void reset_signals() {
  for (int signal = 1; signal < NSIG; ++signal) std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void run(const std::function<int()>& body, int out, int err) {
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  reset_signals();
  int code = 70;
  try {
    code = body();
  } catch (const sm_train::Error& error) {
    std::fprintf(stderr, "%s", error.what());
    code = exit_code(error.failure().cause);
  }
  std::fflush(nullptr);
  _exit(code);
}

void drain(sm_train::UniqueFd& fd, std::string& text) {
  std::array<char, 65536> block = {};
  const ssize_t got = read(fd.get(), block.data(), block.size());
  if (got <= 0)
    fd.reset();
  else
    text.append(block.data(), static_cast<std::size_t>(got));
}

}  // namespace

Child::Child(const std::function<int()>& body, const Options& options) {
  std::array<int, 2> out = {};
  std::array<int, 2> err = {};
  if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("no pipe");
  out_.reset(out[0]);
  err_.reset(err[0]);
  const sm_train::UniqueFd out_write(out[1]);
  const sm_train::UniqueFd err_write(err[1]);
  std::fflush(nullptr);
  const bool as_pid_1 = options.as_pid_1 || std::getenv("SM_TRAIN_TEST_AS_PID_1") != nullptr;
  pid_ = as_pid_1 ? static_cast<pid_t>(syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0)) : fork();
  if (pid_ == 0) {
    out_.reset();
    err_.reset();
    run(body, out_write.get(), err_write.get());
  }
  if (pid_ < 0) throw std::runtime_error("no child process");
}

Child::~Child() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void Child::send(int signal) const {
  kill(pid_, signal);
}

bool Child::read_more(bool only_out) {
  std::array<pollfd, 2> wanted = {pollfd{.fd = out_.get(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = only_out ? -1 : err_.get(), .events = POLLIN, .revents = 0}};
  if (wanted[0].fd < 0 && wanted[1].fd < 0) return false;
  if (poll(wanted.data(), wanted.size(), longest_silence_ms) == 0)
    throw std::runtime_error("the child hangs");
  if (wanted[0].revents != 0) drain(out_, end_.out);
  if (wanted[1].revents != 0) drain(err_, end_.err);
  return true;
}

void Child::wait_for(const std::string& text) {
  while (end_.out.find(text) == std::string::npos)
    if (!read_more(true)) throw std::runtime_error("the child did not say " + text);
}

Child::End Child::finish() {
  while (read_more(false)) continue;
  end_.exit_code = wait_without_reading();
  return end_;
}

int Child::wait_without_reading() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
