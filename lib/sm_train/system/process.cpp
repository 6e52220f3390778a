#include "sm_train/system/process.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/blocked_signals.hpp"
#include "sm_train/system/executable.hpp"
#include "sm_train/system/process_errors.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

namespace {

namespace fs = std::filesystem;

const std::string shell = "/bin/sh";
constexpr unsigned int close_range_cloexec = 1U << 2U;  // Linux 5.11; older headers lack it

struct StartError {
  StartStep step;
  int number;
};

/// All that the new process needs, made before the fork: after it only async-signal-safe calls are allowed,
/// and none of those allocates.
struct Preparation {
  fs::path program;
  std::vector<char*> argv;
  std::vector<char*> shell_argv;
  std::vector<std::string> env_text;
  std::vector<char*> envp;
  std::vector<int> descriptors;
  bool may_be_script = false;
};

fs::path find_program(const Command& command) {
  const std::string& name = command.argv.front();
  if (name.find('/') != std::string::npos) return name;
  const auto path = command.env.find("PATH");
  // What execvp(3) takes where there is none.
  const std::string search_path = path == command.env.end() ? "/bin:/usr/bin" : path->second;
  fs::path not_executable;
  for (std::size_t start = 0; start <= search_path.size() && !name.empty();) {
    const std::size_t end = std::min(search_path.find(':', start), search_path.size());
    const std::string directory = search_path.substr(start, end - start);
    fs::path candidate = fs::path(directory.empty() ? "." : directory) / name;
    // execve() comes after chdir(), so a relative directory counts from there.
    const fs::path seen_from_here = command.cwd / candidate;
    if (is_executable(seen_from_here)) return candidate;
    std::error_code ignored;
    if (not_executable.empty() && fs::exists(seen_from_here, ignored)) not_executable = candidate;
    start = end + 1;
  }
  throw_search_error(name, search_path, not_executable);
}

/// The descriptors that are open now, for kernels without close_range(2) (SageMaker's hosts have had 4.14).
std::vector<int> open_descriptors() {
  std::vector<int> descriptors;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd", error)) {
    const std::string name = entry.path().filename();
    int fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    if (fd > STDERR_FILENO) descriptors.push_back(fd);
  }
  return descriptors;
}

/// A shell would read a program of another architecture or system as if it were a script.
bool may_be_script(const fs::path& file) {
  return read_program_start(file).kind == ProgramStart::Kind::text;
}

/// Fills `made`, which must not move afterwards: it holds pointers into itself.
void prepare(const Command& command, Preparation& made) {
  made.program = find_program(command);
  made.may_be_script = may_be_script(command.cwd / made.program);
  made.descriptors = open_descriptors();
  // execve() takes char*, and changes nothing.
  const auto pointer = [](const std::string& text) { return const_cast<char*>(text.c_str()); };
  for (const std::string& argument : command.argv) made.argv.push_back(pointer(argument));
  made.argv.push_back(nullptr);
  made.shell_argv = {pointer(shell), pointer(made.program.native())};
  made.shell_argv.insert(made.shell_argv.end(), made.argv.begin() + 1, made.argv.end());
  for (const auto& [name, value] : command.env)
    made.env_text.push_back(std::string(name).append("=").append(value));
  for (const std::string& variable : made.env_text) made.envp.push_back(pointer(variable));
  made.envp.push_back(nullptr);
}

// From here to run_child: in the new process, async-signal-safe.

void reset_signals() {
  struct sigaction standard = {};
  standard.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction current = {};
    if (signal == SIGHUP && sigaction(signal, nullptr, &current) == 0 && current.sa_handler == SIG_IGN)
      continue;
    sigaction(signal, &standard, nullptr);
  }
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

void close_others_on_exec(const std::vector<int>& descriptors) {
  if (syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, close_range_cloexec) == 0) return;
  for (const int fd : descriptors) fcntl(fd, F_SETFD, FD_CLOEXEC);
}

[[noreturn]] void fail(int error_fd, StartStep step) {
  const StartError error = {.step = step, .number = errno};
  [[maybe_unused]] const auto written = write(error_fd, &error, sizeof error);
  _exit(127);
}

[[noreturn]] void run_child(const Command& command, const Preparation& made, const ProcessStreams& streams,
                            int error_fd) {
  if (streams.own_terminal) {
    setsid();
    ioctl(*streams.own_terminal, TIOCSCTTY, 0);
  } else {
    setpgid(0, 0);
  }
  if (streams.in) dup2(*streams.in, STDIN_FILENO);
  dup2(streams.out, STDOUT_FILENO);
  dup2(streams.err, STDERR_FILENO);
  close_others_on_exec(made.descriptors);
  if (!command.cwd.empty() && chdir(command.cwd.c_str()) != 0) fail(error_fd, StartStep::change_directory);
  reset_signals();
  execve(made.program.c_str(), made.argv.data(), made.envp.data());
  if (errno == ENOEXEC && made.may_be_script) {
    execve(shell.c_str(), made.shell_argv.data(), made.envp.data());
    errno = ENOEXEC;
  }
  fail(error_fd, StartStep::execute);
}

[[noreturn]] void throw_no_process() {
  throw Error({.cause = Cause::unavailable,
               .what = "Cannot start a process: " + std::generic_category().message(errno) + ".",
               .remedy = "Raise the container's limits of processes (pids), open files or memory."});
}

/// The error that the new process met, or nothing when execve() closed the pipe.
std::optional<StartError> read_start_error(int fd) {
  StartError error = {};
  ssize_t bytes = 0;
  do bytes = read(fd, &error, sizeof error);
  while (bytes < 0 && errno == EINTR);
  return bytes == sizeof error ? std::optional(error) : std::nullopt;
}

}  // namespace

pid_t start_process(const Command& command, const ProcessStreams& streams) {
  if (command.argv.empty())
    throw Error({.cause = Cause::internal, .what = "A command without a program.", .remedy = ""});
  Preparation made;
  prepare(command, made);
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) throw_no_process();
  const UniqueFd errors(ends[0]);
  UniqueFd report(ends[1]);

  pid_t pid = -1;
  {
    const auto blocked = BlockedSignals::all();
    pid = fork();
    if (pid == 0) run_child(command, made, streams, report.get());
  }
  if (pid < 0) throw_no_process();
  // In both processes, so that the group is there whoever runs first; the leader of one makes no session.
  if (!streams.own_terminal) setpgid(pid, pid);
  report.reset();
  if (const auto error = read_start_error(errors.get())) {
    waitpid(pid, nullptr, 0);
    throw_start_error(command, made.program, error->step, error->number);
  }
  return pid;
}

void become(const Command& command) {
  Preparation made;
  prepare(command, made);
  StartStep step = StartStep::change_directory;
  if (command.cwd.empty() || chdir(command.cwd.c_str()) == 0) {
    step = StartStep::execute;
    reset_signals();
    execve(made.program.c_str(), made.argv.data(), made.envp.data());
    if (errno == ENOEXEC && made.may_be_script) {
      execve(shell.c_str(), made.shell_argv.data(), made.envp.data());
      errno = ENOEXEC;
    }
  }
  throw_start_error(command, made.program, step, errno);
}

void open_missing_standard_streams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (fcntl(fd, F_GETFD) < 0) open("/dev/null", O_RDWR);
}

}  // namespace sm_train
