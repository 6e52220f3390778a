#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "sm_train/aws/ask.hpp"
#include "sm_train/aws/credentials.hpp"
#include "sm_train/aws/credentials_process.hpp"
#include "sm_train/aws/sts.hpp"
#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

// The names of the profiles on the way from the first one to where we are.
using Chain = std::vector<std::string>;

FoundCredentials credentials_of(const CredentialSources& sources, const Profile& profile, Chain chain,
                                const Interrupt& interrupt);

[[noreturn]] void throw_bad_profile(const Profile& profile, const std::string& problem,
                                    const std::string& remedy) {
  throw Error({.cause = Cause::bad_config,
               .what = fmt::format("The profile \"{}\" {}.", profile.name, problem),
               .remedy = remedy});
}

void refuse_single_sign_on(const Profile& profile) {
  constexpr std::array settings = {"sso_session", "sso_start_url", "login_session"};
  for (const char* setting : settings)
    if (!profile.setting(setting).empty())
      throw Error(
          {.cause = Cause::denied,
           .what = fmt::format("The profile \"{}\" has {}: credentials by single sign-on are not supported.",
                               profile.name, setting),
           .remedy = fmt::format("Set the variables that `aws configure export-credentials --profile {} "
                                 "--format env` prints, where you have signed on.",
                                 profile.name)});
}

std::optional<Credentials> own_keys(const Profile& profile) {
  Credentials found = {.access_key_id = profile.setting("aws_access_key_id"),
                       .secret_access_key = profile.setting("aws_secret_access_key"),
                       .session_token = profile.setting("aws_session_token")};
  if (found.access_key_id.empty() != found.secret_access_key.empty())
    throw Error({.cause = Cause::denied,
                 .what = fmt::format("The profile \"{}\" has just one of aws_access_key_id and "
                                     "aws_secret_access_key.",
                                     profile.name),
                 .remedy = fmt::format("Add the other one to {}.", profile.credentials_file.string())});
  return found.access_key_id.empty() ? std::nullopt : std::optional(std::move(found));
}

RoleSession role_session(const Profile& profile) {
  const auto duration = profile.setting("duration_seconds");
  if (duration.find_first_not_of("0123456789") != std::string::npos)
    throw_bad_profile(profile, "has a duration_seconds that is no number",
                      "Write it as a number of seconds, from 900 on.");
  return {.role_arn = profile.setting("role_arn"),
          .session_name = profile.setting("role_session_name"),
          .external_id = profile.setting("external_id"),
          .duration_seconds = duration};
}

Credentials for_web_identity(const CredentialSources& sources, const Profile& profile,
                             const Interrupt& interrupt) {
  constexpr const char* setting = "web_identity_token_file";
  const auto session = role_session(profile);
  if (session.role_arn.empty())
    throw_bad_profile(profile, "has web_identity_token_file, and no role_arn", "Add the role_arn.");
  return assume_role_with_web_identity(sources, session, read_token_file(profile.setting(setting), setting),
                                       interrupt);
}

FoundCredentials by_credential_source(const CredentialSources& sources, const Profile& profile,
                                      const std::string& source, const Interrupt& interrupt) {
  if (source == "Environment") return environment_credentials(sources.env);
  if (source == "EcsContainer") return container_credentials(sources, interrupt);
  if (source == "Ec2InstanceMetadata") return instance_credentials(sources, interrupt);
  throw_bad_profile(profile, fmt::format("has the credential_source \"{}\"", source),
                    "Make it Environment, EcsContainer or Ec2InstanceMetadata.");
}

FoundCredentials by_source_profile(const CredentialSources& sources, const Profile& profile,
                                   const std::string& source, const Chain& chain,
                                   const Interrupt& interrupt) {
  const auto next = load_profile(sources.env, source);
  if (!next.found)
    throw_bad_profile(profile, fmt::format("has the source_profile \"{}\", which no file holds", source),
                      fmt::format("Correct it, or add that profile to {}.", profile.config_file.string()));
  return credentials_of(sources, next, chain, interrupt);
}

Credentials role_caller(const CredentialSources& sources, const Profile& profile, const Chain& chain,
                        const Interrupt& interrupt) {
  const auto source_profile = profile.setting("source_profile");
  const auto credential_source = profile.setting("credential_source");
  if (source_profile.empty() == credential_source.empty())
    throw_bad_profile(
        profile,
        fmt::format("has role_arn, and {} source_profile {} credential_source",
                    source_profile.empty() ? "neither" : "both", source_profile.empty() ? "nor" : "and"),
        "Say with one of them which credentials may assume the role.");
  const auto found = source_profile.empty()
                         ? by_credential_source(sources, profile, credential_source, interrupt)
                         : by_source_profile(sources, profile, source_profile, chain, interrupt);
  if (const auto* credentials = std::get_if<Credentials>(&found)) return *credentials;
  throw Error({.cause = Cause::denied,
               .what = fmt::format("The profile \"{}\" finds no credentials to assume its role with: {}.",
                                   profile.name, std::get<NoCredentials>(found).reason),
               .remedy = "Correct its source_profile or credential_source, or set what that one needs."});
}

Credentials by_role(const CredentialSources& sources, const Profile& profile, const Chain& chain,
                    const Interrupt& interrupt) {
  if (!profile.setting("mfa_serial").empty())
    throw Error({.cause = Cause::denied,
                 .what = fmt::format("The profile \"{}\" has mfa_serial, and nobody is here to type the code "
                                     "of a device.",
                                     profile.name),
                 .remedy = fmt::format("Set the variables that `aws configure export-credentials --profile "
                                       "{} --format env` prints, or use a role that wants no MFA.",
                                       profile.name)});
  const auto session = role_session(profile);
  return assume_role(sources, session, role_caller(sources, profile, chain, interrupt), interrupt);
}

// In the order of the SDKs, for whom the own keys of a profile that is another's source come first.
FoundCredentials credentials_of(const CredentialSources& sources, const Profile& profile, Chain chain,
                                const Interrupt& interrupt) {
  const bool is_source = !chain.empty();
  if (is_source)
    if (auto keys = own_keys(profile)) return *std::move(keys);
  const bool is_circle = std::ranges::find(chain, profile.name) != chain.end();
  chain.push_back(profile.name);
  if (is_circle)
    throw_bad_profile(profile, fmt::format("is its own source_profile: {}", fmt::join(chain, " -> ")),
                      "Let the last profile of the chain have keys or a credential_source.");
  if (!profile.setting("web_identity_token_file").empty())
    return for_web_identity(sources, profile, interrupt);
  if (!profile.setting("role_arn").empty()) return by_role(sources, profile, chain, interrupt);
  refuse_single_sign_on(profile);
  if (auto keys = own_keys(profile)) return *std::move(keys);
  if (!profile.setting("credential_process").empty())
    return process_credentials(sources.env, profile, interrupt);
  return NoCredentials{fmt::format(
      "the profile \"{}\" has no aws_access_key_id, role_arn or credential_process", profile.name)};
}

}  // namespace

FoundCredentials profile_credentials(const CredentialSources& sources, const Interrupt& interrupt) {
  const auto& profile = sources.profile;
  if (!profile.found)
    return NoCredentials{fmt::format("no profile \"{}\" in {} or {}", profile.name,
                                     profile.credentials_file.string(), profile.config_file.string())};
  return credentials_of(sources, profile, {}, interrupt);
}

}  // namespace sm_train
