#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/plan.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/http.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// Where installers find packages.
struct PackageIndex {
  EnvVars env;                   ///< for installers only: it holds a secret
  std::optional<TempDir> files;  ///< what `env` names, for as long as they run
};

/// The CodeArtifact repository that CA_REPOSITORY_ARN names, as pip's and uv's index (PIP_INDEX_URL,
/// UV_DEFAULT_INDEX, UV_INDEX_URL) in the place of another one; its token is in a netrc file of mode 0600
/// (NETRC), in a new directory below `parent`, behind what the user's own holds, and in
/// CODEARTIFACT_AUTH_TOKEN, by which a requirements file can name further repositories of the domain. Nothing
/// where the variable is not set. Throws Error as parse_repository_arn and find_codeartifact_index do.
PackageIndex find_package_index(const EnvVars& process_env, const std::filesystem::path& parent,
                                const Interrupt& interrupt, const HttpSend& send = http_send);

/// The steps with the index in their environment.
std::vector<InstallStep> with_index(std::vector<InstallStep> steps, const PackageIndex& index);

}  // namespace sm_train
