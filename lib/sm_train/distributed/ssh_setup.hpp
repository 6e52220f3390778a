#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

// How mpirun on the master comes onto the other hosts: each runs the image's sshd with a configuration of
// this job's own, which takes one key, made by the master for this job.

/// Makes a key pair, `file` and `file`.pub, by ssh-keygen. Gives the public one, a line. Throws
/// Error{not_found} where there is no ssh-keygen, and Error{unavailable} where it makes none.
std::string make_ssh_key(const std::filesystem::path& file, const EnvVars& env, const Interrupt& interrupt);

/// sshd(8) for one host of the job.
struct SshServer {
  std::filesystem::path directory;  ///< for its files, which are for its user alone
  std::string name;                 ///< of the host
  std::uint16_t port = 0;
  std::string authorized_key;  ///< public; of whom it lets in
  EnvVars session;             ///< variables of what is started through it
};

/// Writes its configuration, and gives its command, which stays in the foreground. Throws Error{not_found}
/// where there is no sshd, and Error{bad_config} where a variable cannot be one of a session.
Command ssh_server_command(const SshServer& server, const EnvVars& env);

/// A host as the master's ssh comes onto it.
struct SshHost {
  std::string name;
  std::uint16_t port = 0;
  std::string host_key;  ///< public
};

/// Writes the client's configuration into `directory`, where the key `key` lies. Gives its file.
std::filesystem::path write_ssh_config(const std::filesystem::path& directory, const std::string& key,
                                       const std::vector<SshHost>& hosts);

}  // namespace sm_train
