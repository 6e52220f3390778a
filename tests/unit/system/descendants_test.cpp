#include "sm_train/system/descendants.hpp"

#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "catch.hpp"
#include "sm_train/system/process.hpp"
#include "support/child.hpp"

using namespace sm_train;

namespace {

/// A process that runs `body`, and then waits to be killed.
template <typename Body>
pid_t fork_into(Body&& body) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  body();
  for (;;) pause();
}

/// A process whose name would be read wrong by whoever does not look for its end.
void take_strange_name() {
  prctl(PR_SET_NAME, ") R 1 (");
}

void end(std::initializer_list<pid_t> processes) {
  for (const pid_t pid : processes) kill(pid, SIGKILL);
}

}  // namespace

TEST_CASE("the child of a child is found, behind its parent") {
  Child child([] {
    int ends[2];
    if (pipe(ends) != 0) return 1;
    const pid_t parent = fork_into([&] {
      take_strange_name();
      const pid_t below = fork_into([&] {
        const pid_t self = getpid();
        if (write(ends[1], &self, sizeof self) < 0) _exit(1);
      });
      if (below < 0) _exit(1);
    });
    pid_t below = 0;
    if (read(ends[0], &below, sizeof below) != sizeof below) return 2;
    const auto found = descendants();
    const bool are_right = found == std::vector<pid_t>{parent, below};
    const bool has_parent = parent_of(below) == parent && parent_of(parent) == getpid();
    end({below, parent});
    return are_right && has_parent ? 0 : 3;
  });
  CHECK(child.finish().exit_code == 0);
}

TEST_CASE("a process whose parent has ended is found below a subreaper") {
  Child child([] {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    int ends[2];
    if (pipe(ends) != 0) return 1;
    const pid_t parent = fork_into([&] {
      const pid_t below = fork_into([] {});
      _exit(write(ends[1], &below, sizeof below) == sizeof below ? 0 : 1);
    });
    pid_t below = 0;
    if (read(ends[0], &below, sizeof below) != sizeof below) return 2;
    waitpid(parent, nullptr, 0);
    const bool are_right = descendants() == std::vector<pid_t>{below} && parent_of(below) == getpid();
    end({below});
    return are_right ? 0 : 3;
  });
  CHECK(child.finish().exit_code == 0);
}

TEST_CASE("a process without children has no descendants") {
  Child child([] { return descendants().empty() ? 0 : 1; });
  CHECK(child.finish().exit_code == 0);
}

TEST_CASE("a process that is no more has no parent") {
  Child child([] {
    const pid_t gone = fork_into([] { _exit(0); });
    waitpid(gone, nullptr, 0);
    return parent_of(gone) == 0 ? 0 : 1;
  });
  CHECK(child.finish().exit_code == 0);
}

TEST_CASE("a process was started with the variables of its environment, and with no part of a name") {
  Child child([] {
    const pid_t program = start_process({.argv = {"/bin/sleep", "1000"},
                                         .env = {{"FIRST", "x"}, {"OMPI_RANK", "LAST=1"}, {"Z", ""}},
                                         .cwd = {}},
                                        {.out = STDOUT_FILENO, .err = STDERR_FILENO});
    for (const char* name : {"FIRST", "OMPI_RANK", "Z"})
      if (!was_started_with(program, name)) std::printf("%s is missing\n", name);
    for (const char* name : {"RANK", "OMPI", "LAST", "FIRS", "IRST", ""})
      if (was_started_with(program, name)) std::printf("%s is there\n", name);
    end({program});
    waitpid(program, nullptr, 0);
    if (was_started_with(program, "FIRST")) std::printf("it is there after its end\n");
    return 0;
  });
  const auto end = child.finish();
  CHECK(end.out.empty());
  CHECK(end.exit_code == 0);
}
