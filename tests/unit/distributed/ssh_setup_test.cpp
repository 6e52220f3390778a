#include "sm_train/distributed/ssh_setup.hpp"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/capture.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/process.hpp"
#include "sm_train/system/tcp.hpp"
#include "support/trees.hpp"
#include "support/write_in.hpp"

using namespace sm_train;
using namespace sm_train::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const EnvVars env = {{"PATH", "/usr/bin:/bin"}};

SshServer server_in(const fs::path& directory, EnvVars session) {
  return {.directory = directory,
          .name = "algo-2",
          .port = 2222,
          .authorized_key = "ssh-ed25519 AAAA sm-train",
          .session = std::move(session)};
}

/// sshd on this host, until the end of the test.
class RunningServer {
 public:
  explicit RunningServer(const Command& command) {
    const UniqueFd null(::open("/dev/null", O_RDWR));
    pid_ = start_process(command, {.out = null.get(), .err = null.get()});
  }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;
  RunningServer(RunningServer&&) = delete;
  RunningServer& operator=(RunningServer&&) = delete;
  ~RunningServer() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_ = -1;
};

bool listens(std::uint16_t port) {
  for (int i = 0; i < 1000; ++i) {
    if (connect_tcp("127.0.0.1", port, 10s)) return true;
    usleep(10'000);
  }
  return false;
}

}  // namespace

TEST_CASE("a key pair is made, the private one for its user alone") {
  const TempDir directory;
  const std::string key = make_ssh_key(directory.path() / "key", env, {});
  CHECK(key.starts_with("ssh-ed25519 "));
  CHECK(key.ends_with(" sm-train"));
  Tree tree = tree_of(directory.path());
  CHECK(tree["key"].starts_with("file 0600 -----BEGIN OPENSSH PRIVATE KEY-----\n"));
  CHECK(contains(tree["key.pub"], key));
  CHECK(make_ssh_key(directory.path() / "other", env, {}) != key);
}

TEST_CASE("a key that cannot be made is told with its file, and none is written over") {
  const TempDir directory;
  const fs::path there = write_in(directory, "key", "old");
  for (const fs::path& file : {directory.path() / "no/such", there}) {
    const auto failure = failure_of([&] { make_ssh_key(file, env, {}); });
    REQUIRE(failure.has_value());
    CHECK(failure->cause == Cause::unavailable);
    CHECK(contains(failure->what, file.native()));
  }
  CHECK(content_of(there) == "old");
}

TEST_CASE(
    "a host's sshd takes the one key, with the variables of its sessions, and stays in the foreground") {
  const TempDir directory;
  const Command command =
      ssh_server_command(server_in(directory.path(), {{"PATH", "/a b:/c,d"}, {"SM_X", "1"}}), env);
  const std::string config = (directory.path() / "algo-2.sshd_config").native();
  CHECK(command.argv.front().ends_with("/sshd"));
  CHECK(std::vector(command.argv.begin() + 1, command.argv.end()) ==
        std::vector<std::string>{"-D", "-e", "-f", config});
  CHECK(command.env == env);
  Tree tree = tree_of(directory.path());
  CHECK(tree.size() == 2);
  CHECK(tree["algo-2.authorized_keys"] ==
        "file 0600 restrict,pty,environment=\"PATH=/a b:/c,d\",environment=\"SM_X=1\" "
        "ssh-ed25519 AAAA sm-train\n");
  const std::string text = tree["algo-2.sshd_config"];
  CHECK(text.starts_with("file 0600 Port 2222\n"));
  for (const std::string& line :
       {"HostKey " + (directory.path() / "algo-2.host_key").native(),
        "AuthorizedKeysFile " + (directory.path() / "algo-2.authorized_keys").native(),
        std::string("AuthenticationMethods publickey"), std::string("PasswordAuthentication no")})
    CHECK(contains(text, "\n" + line + "\n"));
}

TEST_CASE("a quote in a variable of a session is escaped") {
  const TempDir directory;
  ssh_server_command(server_in(directory.path(), {{"A", "say \"x\" or \\\"y\\\" or \\n"}}), env);
  CHECK(contains(content_of(directory.path() / "algo-2.authorized_keys"),
                 R"(,environment="A=say \"x\" or \\"y\\" or \n" )"));
}

TEST_CASE("a variable that cannot be one of a session is refused by name, and its value is not told") {
  const TempDir directory;
  for (const std::string& value :
       {std::string("secret\nroot ssh-ed25519 BBBB"), std::string("secret\r"), std::string("secret\0", 7),
        std::string("\nsecret"), std::string("secret\\")}) {
    const auto failure = failure_of([&] {
      ssh_server_command(server_in(directory.path(), {{"SM_OK", "1"}, {"SM_X", value}}), env);
    });
    REQUIRE(failure.has_value());
    CHECK(failure->cause == Cause::bad_config);
    CHECK(contains(failure->what, "The variable SM_X "));
    CHECK_FALSE(contains(failure->what, "secret"));
  }
  CHECK(fs::is_empty(directory.path()));
}

TEST_CASE("the master's ssh knows each host by its port and its key, and takes no other") {
  const TempDir directory;
  const fs::path file = write_ssh_config(directory.path(), "key",
                                         {{.name = "algo-2", .port = 2222, .host_key = "ssh-ed25519 AAAA"},
                                          {.name = "algo-3", .port = 2223, .host_key = "ssh-ed25519 BBBB"}});
  CHECK(file == directory.path() / "ssh_config");
  Tree tree = tree_of(directory.path());
  CHECK(tree.size() == 2);
  CHECK(tree["known_hosts"] == "file 0600 algo-2 ssh-ed25519 AAAA\nalgo-3 ssh-ed25519 BBBB\n");
  const std::string text = tree["ssh_config"];
  CHECK(
      text.starts_with("file 0600 Host algo-2\n  Port 2222\n  HostKeyAlias algo-2\n"
                       "Host algo-3\n  Port 2223\n  HostKeyAlias algo-3\nHost *\n"));
  for (const std::string& line : {"IdentityFile " + (directory.path() / "key").native(),
                                  "UserKnownHostsFile " + (directory.path() / "known_hosts").native(),
                                  std::string("StrictHostKeyChecking yes"), std::string("BatchMode yes")})
    CHECK(contains(text, "\n  " + line + "\n"));
}

TEST_CASE("ssh comes through these files onto a host, with the variables as they were given") {
  const TempDir directory;
  const fs::path& path = directory.path();
  const std::uint16_t port = port_of(listen_tcp(0));
  const std::string key = make_ssh_key(path / "key", env, {});
  const std::string host_key = make_ssh_key(path / "algo-2.host_key", env, {});
  SshServer server = server_in(path, {{"A", "say \"x\", or \\\"y\\\" or \\n"}, {"B", "'$HOME' `id`"}});
  server.port = port;
  server.authorized_key = key;
  const RunningServer running(ssh_server_command(server, env));
  REQUIRE(listens(port));
  const auto run = [&](const std::string& known_key) {
    const fs::path config =
        write_ssh_config(path, "key", {{.name = "localhost", .port = port, .host_key = known_key}});
    return run_captured({.argv = {"ssh", "-F", config, "localhost", "printenv A B"}, .env = env, .cwd = {}},
                        60s, {});
  };
  const CapturedEnd end = run(host_key);
  CHECK(end.exit_code == 0);
  CHECK(end.output == "say \"x\", or \\\"y\\\" or \\n\n'$HOME' `id`\n");
  // Whoever took the host's place would have another key.
  CHECK(run(key).exit_code == 255);
}
