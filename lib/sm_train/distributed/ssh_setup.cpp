#include "sm_train/distributed/ssh_setup.hpp"

#include <chrono>
#include <optional>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/capture.hpp"
#include "sm_train/system/executable.hpp"
#include "sm_train/system/files.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

/// Programs of administrators are not on every PATH.
fs::path find_tool(const std::string& name, const EnvVars& env) {
  if (const auto found = find_executable(name, env)) return *found;
  if (const auto found = find_executable(name, {{"PATH", "/usr/sbin:/usr/local/sbin:/sbin:/usr/bin:/bin"}}))
    return *found;
  throw Error({.cause = Cause::not_found,
               .what = fmt::format("{} is not there, by which mpirun comes from host to host.", name),
               .remedy = "Install openssh-server and openssh-client in the image."});
}

std::string without_line_end(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

/// An option of a line of authorized_keys. Source: sshd(8), AUTHORIZED_KEYS FILE FORMAT
std::string session_variable(const std::string& name, const std::string& value) {
  const auto refuse = [&](const char* why) {
    throw Error({.cause = Cause::bad_config,
                 .what = fmt::format("The variable {} {}, and cannot be one of an ssh session.", name, why),
                 .remedy = "Correct it."});
  };
  // It would escape the quote behind it, and no backslash escapes it.
  if (value.ends_with('\\')) refuse("ends with a backslash");
  std::string quoted;
  for (const char c : value) {
    if (c == '\n' || c == '\r' || c == '\0') refuse("has a line end");
    if (c == '"') quoted += '\\';
    quoted += c;
  }
  return fmt::format("environment=\"{}={}\"", name, quoted);
}

}  // namespace

std::string make_ssh_key(const fs::path& file, const EnvVars& env, const Interrupt& interrupt) {
  using namespace std::chrono_literals;
  const Command command = {
      .argv = {find_tool("ssh-keygen", env), "-q", "-t", "ed25519", "-N", "", "-C", "sm-train", "-f", file},
      .env = env,
      .cwd = {}};
  const CapturedEnd end = run_captured(command, 1min, interrupt);
  if (end.exit_code == 0) return without_line_end(read_file(file.native() + ".pub"));
  throw Error(
      {.cause = Cause::unavailable,
       .what = fmt::format("ssh-keygen made no key at {}: it ended with {}.", file.native(), end.exit_code),
       .remedy =
           "Run `ssh-keygen -t ed25519` in the image to see why; a user without an entry in /etc/passwd "
           "is one reason."});
}

Command ssh_server_command(const SshServer& server, const EnvVars& env) {
  const fs::path sshd = find_tool("sshd", env);
  const auto file = [&](const char* what) { return server.directory / (server.name + what); };
  std::string options = "restrict,pty";
  for (const auto& [name, value] : server.session) options += "," + session_variable(name, value);
  write_file_atomically(file(".authorized_keys"), fmt::format("{} {}\n", options, server.authorized_key),
                        0600);
  const fs::path config = file(".sshd_config");
  write_file_atomically(
      config,
      fmt::format("Port {}\n"
                  "HostKey {}\n"
                  "AuthorizedKeysFile {}\n"
                  "PermitUserEnvironment yes\n"
                  "AuthenticationMethods publickey\n"
                  "PermitRootLogin yes\n"
                  "PasswordAuthentication no\n"
                  // The directory is ours alone; those above it may not be as sshd wants them.
                  "StrictModes no\n"
                  "UsePAM no\n"
                  "UseDNS no\n"
                  "PrintMotd no\n"
                  "LogLevel FATAL\n"
                  "PidFile none\n",
                  server.port, file(".host_key").native(), file(".authorized_keys").native()),
      0600);
  std::error_code ignored;
  // sshd wants this one as root, and no package's start script has made it in a container.
  if (geteuid() == 0) fs::create_directories("/run/sshd", ignored);
  return {.argv = {sshd, "-D", "-e", "-f", config}, .env = env, .cwd = {}};
}

fs::path write_ssh_config(const fs::path& directory, const std::string& key,
                          const std::vector<SshHost>& hosts) {
  std::string config;
  std::string known_hosts;
  for (const SshHost& host : hosts) {
    // Else ssh would look for a key of the name with its port.
    config += fmt::format("Host {}\n  Port {}\n  HostKeyAlias {}\n", host.name, host.port, host.name);
    known_hosts += fmt::format("{} {}\n", host.name, host.host_key);
  }
  const fs::path known = directory / "known_hosts";
  write_file_atomically(known, known_hosts, 0600);
  config += fmt::format(
      "Host *\n"
      "  IdentityFile {}\n"
      "  IdentitiesOnly yes\n"
      "  UserKnownHostsFile {}\n"
      "  GlobalKnownHostsFile /dev/null\n"
      "  StrictHostKeyChecking yes\n"
      "  CheckHostIP no\n"
      "  BatchMode yes\n"
      "  ConnectTimeout 30\n"
      "  LogLevel ERROR\n",
      (directory / key).native(), known.native());
  fs::path file = directory / "ssh_config";
  write_file_atomically(file, config, 0600);
  return file;
}

}  // namespace sm_train
