#include <fmt/core.h>

#include "sm_train/aws/credentials.hpp"
#include "sm_train/contract/failure.hpp"

namespace sm_train {

FoundCredentials environment_credentials(const EnvVars& env) {
  const Credentials found = {.access_key_id = env_var(env, "AWS_ACCESS_KEY_ID"),
                             .secret_access_key = env_var(env, "AWS_SECRET_ACCESS_KEY"),
                             .session_token = env_var(env, "AWS_SESSION_TOKEN")};
  const bool has_id = !found.access_key_id.empty();
  const bool has_secret = !found.secret_access_key.empty();
  if (has_id != has_secret)
    throw Error({.cause = Cause::denied,
                 .what = fmt::format("{} is set, and {} is not.",
                                     has_id ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
                                     has_id ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID"),
                 .remedy = "Set both, or neither."});
  if (has_id) return found;
  return NoCredentials{"AWS_ACCESS_KEY_ID is not set"};
}

}  // namespace sm_train
