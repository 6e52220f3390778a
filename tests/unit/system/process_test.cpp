#include "sm_train/system/process.hpp"

#include <csignal>
#include <cstddef>
#include <fcntl.h>
#include <fstream>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/files.hpp"
#include "support/child.hpp"

using namespace sm_train;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// Starts a command on the Child's own streams and waits for it.
int run(const Command& command) {
  const int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  const int err = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  const pid_t pid = start_process(command, {.out = out, .err = err});
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Child::End end_of(const Command& command) {
  Child child([&] { return run(command); });
  return child.finish();
}

Command command_of(std::vector<std::string> argv) {
  return {.argv = std::move(argv), .env = {{"PATH", "/usr/bin:/bin"}}, .cwd = {}};
}

void write_program(const fs::path& file, const std::string& text, fs::perms mode = fs::perms::owner_all) {
  std::ofstream(file) << text;
  fs::permissions(file, mode);
}

/// As on a kernel before 5.9.
void forbid_close_range() {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program = {.len = 4, .filter = filter};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) _exit(98);
}

}  // namespace

TEST_CASE("a program gets its arguments, its whole environment and its directory as they are") {
  const TempDir directory;
  auto command =
      command_of({"sh", "-c", "printf '%s|' \"$@\" \"$PWD\"; env", "sh", "a b", "$(id)", "", "'\""});
  command.env = {{"PATH", "/usr/bin:/bin"}, {"SM_HP_A", "x y"}};
  command.cwd = directory.path();
  const auto end = end_of(command);
  CHECK_THAT(end.out, Contains("a b|$(id)||'\"|" + fs::canonical(directory.path()).string() + "|"));
  CHECK_THAT(end.out, Contains("SM_HP_A=x y\n"));
  CHECK_THAT(end.out, !Contains("HOME="));
}

TEST_CASE("a program is looked up on the PATH of its own environment") {
  const TempDir directory;
  fs::create_directories(directory.path() / "no");
  fs::create_directories(directory.path() / "yes");
  write_program(directory.path() / "no/prog", "#!/bin/sh\nexit 1\n", fs::perms::owner_read);
  write_program(directory.path() / "yes/prog", "#!/bin/sh\nexit 21\n");
  auto command = command_of({"prog"});
  SECTION("past a directory where it is not executable") {
    command.env["PATH"] = (directory.path() / "no").string() + ":" + (directory.path() / "yes").string();
    CHECK(end_of(command).exit_code == 21);
  }
  SECTION("in a directory that counts from its working directory") {
    command.env["PATH"] = "yes";
    command.cwd = directory.path();
    CHECK(end_of(command).exit_code == 21);
  }
  SECTION("an empty part is the working directory") {
    command.env["PATH"] = "/nowhere:";
    command.cwd = directory.path() / "yes";
    CHECK(end_of(command).exit_code == 21);
  }
  SECTION("only where it is not executable") {
    command.env["PATH"] = (directory.path() / "no").string();
    const auto end = end_of(command);
    CHECK(end.exit_code == 126);
    CHECK_THAT(end.err, Contains("prog: found as " + (directory.path() / "no/prog").string()));
  }
  SECTION("nowhere") {
    command.env["PATH"] = "/nowhere";
    const auto end = end_of(command);
    CHECK(end.exit_code == 127);
    CHECK_THAT(end.err, Contains("prog: no such program on PATH=/nowhere."));
  }
  SECTION("without a PATH in the standard directories") {
    CHECK(end_of({.argv = {"sh", "-c", "exit 5"}, .env = {}, .cwd = {}}).exit_code == 5);
  }
}

TEST_CASE("a relative name with a slash counts from the working directory") {
  const TempDir directory;
  write_program(directory.path() / "prog", "#!/bin/sh\nexit 21\n");
  auto command = command_of({"./prog"});
  command.cwd = directory.path();
  CHECK(end_of(command).exit_code == 21);
}

TEST_CASE("a script without a first line is run by the shell, with its arguments") {
  const TempDir directory;
  write_program(directory.path() / "script", "echo \"$0 $1\"\nexit 22\n");
  const auto script = (directory.path() / "script").string();
  const auto end = end_of(command_of({script, "one two"}));
  CHECK(end.exit_code == 22);
  CHECK(end.out == script + " one two\n");
}

TEST_CASE("what cannot be executed is exit code 126, and told why") {
  const TempDir directory;
  const auto file = directory.path() / "prog";
  const auto end_of_file = [&] { return end_of(command_of({file.string()})); };
  SECTION("no execute bit") {
    write_program(file, "#!/bin/sh\n", fs::perms::owner_read);
    const auto end = end_of_file();
    CHECK(end.exit_code == 126);
    CHECK_THAT(end.err,
               Contains(file.string() + ": cannot be executed: Permission denied.\nSet its execute bit"));
  }
  SECTION("a directory") {
    fs::create_directory(file);
    CHECK(end_of_file().exit_code == 126);
  }
  SECTION("an interpreter that is not there") {
    write_program(file, "#! /no/such/python3 -u\n");
    const auto end = end_of_file();
    CHECK(end.exit_code == 126);
    CHECK_THAT(end.err, Contains("its first line names /no/such/python3 -u, which is not there."));
  }
  SECTION("a program that was built for another machine") {
    write_program(file, std::string("\x7F") + "ELF of another machine\nexit 0\n");
    const auto end = end_of_file();
    CHECK(end.exit_code == 126);
    CHECK_THAT(end.err, Contains("Exec format error.\nGive a program that was built for this machine"));
  }
  SECTION("a program of another system") {
    write_program(file, std::string("\xCF\xFA\xED\xFE\x07\0\0\x01\nexit 0\n", 16));
    const auto end = end_of_file();
    CHECK(end.exit_code == 126);
    CHECK_THAT(end.err, Contains("Exec format error.\nGive a program that was built for this machine"));
  }
  SECTION("a line end of Windows") {
    write_program(file, "#!/bin/sh\r\nexit 0\r\n");
    const auto end = end_of_file();
    CHECK(end.exit_code == 126);
    CHECK_THAT(end.err, Contains("carriage return"));
  }
}

TEST_CASE("a program with a slash that is not there is exit code 127") {
  const auto end = end_of(command_of({"./no/such"}));
  CHECK(end.exit_code == 127);
  CHECK_THAT(end.err, Contains("./no/such: no such program."));
}

TEST_CASE("a working directory that is not there is told as that") {
  auto command = command_of({"/bin/true"});
  command.cwd = "/no/such/directory";
  const auto end = end_of(command);
  CHECK(end.exit_code == 66);
  CHECK_THAT(end.err,
             Contains("/no/such/directory: cannot be the working directory of /bin/true: No such file"));
}

TEST_CASE("arguments that are too long are told with what is longest") {
  SECTION("one argument") {
    const auto end = end_of(command_of({"/bin/true", "--data", std::string(200'000, 'x')}));
    CHECK(end.exit_code == 126);
    CHECK_THAT(end.err,
               Contains("200000 of them in the argument after --data; one may have less than 131072."));
  }
  SECTION("one variable") {
    auto command = command_of({"/bin/true"});
    command.env["SM_HPS"] = std::string(200'000, 'x');
    CHECK_THAT(end_of(command).err, Contains("200007 of them in the variable SM_HPS"));
  }
  SECTION("all together") {
    auto command = command_of({"/bin/true"});
    command.argv.resize(200, std::string(100'000, 'x'));
    CHECK_THAT(end_of(command).err, Contains("together they may have"));
  }
}

TEST_CASE("a program starts with no blocked and no ignored signal") {
  Child child([] {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGINT, SIG_IGN);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);
    return run(command_of({"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}));
  });
  CHECK(child.finish().out == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_CASE("a program that nohup started outlives the terminal") {
  Child child([] {
    std::signal(SIGHUP, SIG_IGN);
    return run(command_of({"grep", "^SigIgn", "/proc/self/status"}));
  });
  CHECK(child.finish().out == "SigIgn:\t0000000000000001\n");
}

TEST_CASE("a program gets no descriptor but its streams, on old kernels too") {
  const bool old_kernel = GENERATE(false, true);
  Child child([=] {
    for (int i = 0; i < 20; ++i) dup(STDIN_FILENO);
    if (old_kernel) forbid_close_range();
    return run(
        command_of({"/usr/bin/python3", "-c", "import os; print(sorted(os.listdir('/proc/self/fd')))"}));
  });
  // 3 is the directory itself.
  CHECK(child.finish().out == "['0', '1', '2', '3']\n");
}

TEST_CASE("a program leads a process group of its own") {
  CHECK(end_of(command_of({"/usr/bin/python3", "-c", "import os; print(os.getpid() == os.getpgrp())"})).out ==
        "True\n");
}

TEST_CASE("standard streams that are closed are opened on /dev/null") {
  Child child([] {
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    open_missing_standard_streams();
    const int next = dup(STDERR_FILENO);
    return fcntl(STDIN_FILENO, F_GETFD) == 0 && fcntl(STDOUT_FILENO, F_GETFD) == 0 && next > 2 ? 0 : 1;
  });
  CHECK(child.finish().exit_code == 0);
}
