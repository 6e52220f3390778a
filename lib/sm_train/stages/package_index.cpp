#include "sm_train/stages/package_index.hpp"

#include <filesystem>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "sm_train/aws/codeartifact.hpp"
#include "sm_train/aws/endpoint_settings.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/process_env.hpp"

namespace sm_train {

namespace fs = std::filesystem;

namespace {

fs::path find_netrc(const EnvVars& env) {
  if (const auto named = env_var(env, "NETRC"); !named.empty()) return named;
  const fs::path home = env_var(env, "HOME");
  if (home.empty()) return {};
  std::error_code ignored;
  return fs::exists(home / ".netrc", ignored) ? home / ".netrc" : home / "_netrc";
}

/// NETRC hides the user's own netrc file from the installers, so what it holds goes along.
std::string read_netrc(const EnvVars& env) {
  try {
    return read_file(find_netrc(env));
  } catch (const Error&) {
    return "";  // what we cannot read, pip cannot either
  }
}

std::string host_of(std::string_view url) {
  url.remove_prefix(host_start(url));
  return std::string(url.substr(0, url.find_first_of(":/")));
}

/// Of two entries for one host the last counts. An empty line ends a macro.
std::string netrc(const EnvVars& env, const CodeArtifactIndex& index) {
  const auto users_own = read_netrc(env);
  return fmt::format("{}{}machine {} login {} password {}\n", users_own, users_own.empty() ? "" : "\n\n",
                     host_of(index.url), index.user, index.token);
}

}  // namespace

PackageIndex find_package_index(const EnvVars& process_env, const std::filesystem::path& parent,
                                const Interrupt& interrupt, const HttpSend& send) {
  const auto arn = env_var(process_env, "CA_REPOSITORY_ARN");
  if (arn.empty()) return {};
  const auto repository = parse_repository_arn(arn);
  log(LogLevel::info, "using the CodeArtifact repository " + repository.arn);
  auto sources = find_credential_sources(process_env);
  sources.send = send;
  const auto index = find_codeartifact_index(sources, repository, interrupt);

  // With the token in its URL pip would put it on the command line of the pip that gets what a build needs.
  TempDir directory(parent);
  const auto netrc_file = fs::absolute(directory.path() / "netrc");
  write_file_atomically(netrc_file, netrc(process_env, index), 0600);
  return {.env = {{"PIP_INDEX_URL", index.url},
                  {"UV_DEFAULT_INDEX", index.url},
                  {"UV_INDEX_URL", index.url},
                  {"NETRC", netrc_file.native()},
                  {"CODEARTIFACT_AUTH_TOKEN", index.token}},
          .files = std::move(directory)};
}

std::vector<InstallStep> with_index(std::vector<InstallStep> steps, const PackageIndex& index) {
  for (InstallStep& step : steps)
    for (const auto& [name, value] : index.env) step.command.env[name] = value;
  return steps;
}

}  // namespace sm_train
