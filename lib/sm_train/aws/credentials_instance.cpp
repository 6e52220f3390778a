#include <fmt/core.h>

#include "sm_train/aws/credentials.hpp"
#include "sm_train/aws/credentials_answer.hpp"
#include "sm_train/aws/instance_metadata.hpp"

namespace sm_train {

namespace {

constexpr const char* roles = "iam/security-credentials/";

NoCredentials refused(const char* what, int status) {
  return {fmt::format("the instance metadata service answered {} with status {}", what, status)};
}

FoundCredentials read_role(const InstanceMetadata& metadata) {
  if (metadata.status() != 200) return refused("the request for a token", metadata.status());
  const auto list = metadata.get(roles);
  const auto role = list.body.substr(0, list.body.find_first_of("\r\n"));
  if (list.status == 404 || role.empty()) return NoCredentials{"the instance has no role"};
  if (list.status != 200) return refused("the request for the instance's role", list.status);

  const auto answer = metadata.get(roles + role);
  if (answer.status != 200) return refused("the request for the role's credentials", answer.status);
  auto credentials = parse_credentials(answer.body, "The instance metadata service");
  credentials.from_instance = true;
  return credentials;
}

}  // namespace

FoundCredentials instance_credentials(const CredentialSources& sources, const Interrupt& interrupt) {
  if (instance_metadata_disabled(sources.env)) return NoCredentials{"AWS_EC2_METADATA_DISABLED is true"};
  try {
    return read_role(InstanceMetadata(sources, interrupt));
  } catch (const TransportError& error) {
    // The token's answer does not come through a router, such as a container's network, by default.
    return NoCredentials{fmt::format("{} (in a container on EC2 the instance's hop limit must be 2 or more)",
                                     error.failure().what)};
  }
}

}  // namespace sm_train
