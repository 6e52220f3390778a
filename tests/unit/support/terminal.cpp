#include "support/terminal.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// Against hanging only: nothing is as slow as this.
constexpr int longest_silence_ms = 60'000;

void set_foreground(pid_t group) {
  std::signal(SIGTTOU, SIG_IGN);
  tcsetpgrp(STDIN_FILENO, group);
  std::signal(SIGTTOU, SIG_DFL);
}

}  // namespace

Terminal::Terminal() : ours_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
  if (!ours_ || grantpt(ours_.get()) != 0 || unlockpt(ours_.get()) != 0)
    throw std::runtime_error("no terminal");
  name_ = ptsname(ours_.get());
  resize(80);
}

void Terminal::type(const std::string& keys) const {
  if (write(ours_.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
    throw std::runtime_error("the terminal does not take what is typed");
}

void Terminal::resize(unsigned short columns) const {
  const winsize size = {.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  ioctl(ours_.get(), TIOCSWINSZ, &size);
}

const std::string& Terminal::wait_for(const std::string& text) {
  while (screen_.find(text) == std::string::npos) {
    pollfd wanted = {.fd = ours_.get(), .events = POLLIN, .revents = 0};
    std::array<char, 4096> block = {};
    const ssize_t got =
        poll(&wanted, 1, longest_silence_ms) == 1 ? read(ours_.get(), block.data(), block.size()) : -1;
    if (got <= 0) throw std::runtime_error("not on the screen: " + text + ", but: " + screen_);
    screen_.append(block.data(), static_cast<std::size_t>(got));
  }
  return screen_;
}

void Terminal::sit_down(const std::vector<int>& descriptors) const {
  setsid();
  const int fd = open(name_.c_str(), O_RDWR);
  ioctl(fd, TIOCSCTTY, 0);
  for (const int descriptor : descriptors) dup2(fd, descriptor);
}

int run_as_job(const std::function<int()>& body, const std::function<void()>& on_stop) {
  const pid_t job = fork();
  if (job == 0) {
    setpgid(0, 0);
    set_foreground(getpgrp());
    _exit(body());
  }
  setpgid(job, job);
  int status = 0;
  while (waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status)) {
    set_foreground(getpgrp());
    on_stop();
    set_foreground(job);
    kill(-job, SIGCONT);
  }
  set_foreground(getpgrp());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
