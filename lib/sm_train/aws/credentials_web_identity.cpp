#include "sm_train/aws/ask.hpp"
#include "sm_train/aws/credentials.hpp"
#include "sm_train/aws/sts.hpp"
#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

constexpr const char* token_file = "AWS_WEB_IDENTITY_TOKEN_FILE";

}  // namespace

FoundCredentials web_identity_credentials(const CredentialSources& sources, const Interrupt& interrupt) {
  const auto file = env_var(sources.env, token_file);
  if (file.empty()) return NoCredentials{"AWS_WEB_IDENTITY_TOKEN_FILE is not set"};
  const RoleSession session = {.role_arn = env_var(sources.env, "AWS_ROLE_ARN"),
                               .session_name = env_var(sources.env, "AWS_ROLE_SESSION_NAME")};
  if (session.role_arn.empty())
    throw Error({.cause = Cause::bad_config,
                 .what = "AWS_WEB_IDENTITY_TOKEN_FILE is set, and AWS_ROLE_ARN is not.",
                 .remedy = "Set both, or neither."});
  return assume_role_with_web_identity(sources, session, read_token_file(file, token_file), interrupt);
}

}  // namespace sm_train
