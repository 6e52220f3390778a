#include <array>

#include <fmt/core.h>

#include "sm_train/aws/credentials.hpp"
#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

struct OtherWay {
  const char* setting;
  const char* name;
  bool before_static_keys;  // as the SDKs rank it
};

constexpr std::array other_ways = {
    OtherWay{"role_arn", "by assuming a role", true},
    OtherWay{"web_identity_token_file", "by web identity", true},
    OtherWay{"sso_session", "by single sign-on", true},
    OtherWay{"sso_start_url", "by single sign-on", true},
    OtherWay{"credential_process", "from a process", false},
};

void refuse_other_ways(const Profile& profile, bool before_static_keys) {
  for (const auto& way : other_ways)
    if (way.before_static_keys == before_static_keys && !profile.setting(way.setting).empty())
      throw Error({.cause = Cause::denied,
                   .what = fmt::format("The profile \"{}\" has {}; credentials {} are not supported yet.",
                                       profile.name, way.setting, way.name),
                   .remedy =
                       "Name a profile with aws_access_key_id and aws_secret_access_key in AWS_PROFILE, or "
                       "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN."});
}

}  // namespace

FoundCredentials profile_credentials(const Profile& profile) {
  if (!profile.found)
    return NoCredentials{fmt::format("no profile \"{}\" in {} or {}", profile.name,
                                     profile.credentials_file.string(), profile.config_file.string())};
  refuse_other_ways(profile, true);
  const Credentials found = {.access_key_id = profile.setting("aws_access_key_id"),
                             .secret_access_key = profile.setting("aws_secret_access_key"),
                             .session_token = profile.setting("aws_session_token")};
  if (found.access_key_id.empty() != found.secret_access_key.empty())
    throw Error({.cause = Cause::denied,
                 .what = fmt::format("The profile \"{}\" has just one of aws_access_key_id and "
                                     "aws_secret_access_key.",
                                     profile.name),
                 .remedy = fmt::format("Add the other one to {}.", profile.credentials_file.string())});
  if (!found.access_key_id.empty()) return found;
  refuse_other_ways(profile, false);
  return NoCredentials{fmt::format("the profile \"{}\" has no aws_access_key_id", profile.name)};
}

}  // namespace sm_train
