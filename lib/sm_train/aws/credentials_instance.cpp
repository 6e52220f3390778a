#include <strings.h>

#include <fmt/core.h>

#include "sm_train/aws/credentials.hpp"
#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

constexpr const char* roles_path = "/latest/meta-data/iam/security-credentials/";

std::string endpoint(const EnvVars& env) {
  auto url = env_var(env, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (url.empty()) return "http://169.254.169.254";
  while (url.ends_with('/')) url.pop_back();
  return url;
}

// One quick try: where there is no such service, nothing answers at all.
HttpRequest quick(HttpRequest request) {
  request.connect_timeout = std::chrono::seconds(1);
  request.stall_timeout = std::chrono::seconds(1);
  request.use_proxy = false;
  return request;
}

NoCredentials refused(const char* what, int status) {
  return {fmt::format("the instance metadata service answered {} with status {}", what, status)};
}

}  // namespace

FoundCredentials instance_credentials(const CredentialSources& sources, const Interrupt& interrupt) {
  if (::strcasecmp(env_var(sources.env, "AWS_EC2_METADATA_DISABLED").c_str(), "true") == 0)
    return NoCredentials{"AWS_EC2_METADATA_DISABLED is true"};
  const auto base = endpoint(sources.env);
  try {
    const auto token = sources.send(quick({.method = "PUT",
                                           .url = base + "/latest/api/token",
                                           .headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}}}),
                                    interrupt);
    if (token.status != 200) return refused("the request for a token", token.status);

    const HttpHeaders headers = {{"X-aws-ec2-metadata-token", token.body}};
    const auto roles = sources.send(quick({.url = base + roles_path, .headers = headers}), interrupt);
    const auto role = roles.body.substr(0, roles.body.find_first_of("\r\n"));
    if (roles.status == 404 || role.empty()) return NoCredentials{"the instance has no role"};
    if (roles.status != 200) return refused("the request for the instance's role", roles.status);

    const auto answer = sources.send(quick({.url = base + roles_path + role, .headers = headers}), interrupt);
    if (answer.status != 200) return refused("the request for the role's credentials", answer.status);
    return parse_credentials(answer.body, "The instance metadata service");
  } catch (const TransportError& error) {
    return NoCredentials{error.failure().what};
  }
}

}  // namespace sm_train
