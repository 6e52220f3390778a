#include "sm_train/aws/credentials.hpp"

#include <array>
#include <functional>
#include <utility>

#include <fmt/core.h>

#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

struct Provider {
  const char* name;
  std::function<FoundCredentials()> find;
};

}  // namespace

CredentialSources find_credential_sources(const EnvVars& env) {
  auto ca_bundle = env_var(env, "AWS_CA_BUNDLE");
  if (ca_bundle.empty()) ca_bundle = env_var(env, "SSL_CERT_FILE");
  return {.env = env, .profile = load_profile(env), .ca_bundle = std::move(ca_bundle)};
}

Credentials find_credentials(const CredentialSources& sources, const Interrupt& interrupt) {
  return find_provided_credentials(sources, interrupt).credentials;
}

ProvidedCredentials find_provided_credentials(const CredentialSources& sources, const Interrupt& interrupt) {
  const std::array providers = {
      Provider{"environment", [&] { return environment_credentials(sources.env); }},
      Provider{"web identity", [&] { return web_identity_credentials(sources, interrupt); }},
      Provider{"shared files", [&] { return profile_credentials(sources, interrupt); }},
      Provider{"container", [&] { return container_credentials(sources, interrupt); }},
      Provider{"instance metadata", [&] { return instance_credentials(sources, interrupt); }},
  };
  std::string tried;
  for (const auto& [name, find] : providers) {
    const auto found = find();
    if (const auto* credentials = std::get_if<Credentials>(&found))
      return {.provider = name, .credentials = *credentials};
    tried += fmt::format("\n  {}: {}", name, std::get<NoCredentials>(found).reason);
  }
  throw NoCredentialsFound(
      {.cause = Cause::denied,
       .what = "No AWS credentials were found. Tried:" + tried,
       .remedy = "Give the job an execution role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."});
}

}  // namespace sm_train
