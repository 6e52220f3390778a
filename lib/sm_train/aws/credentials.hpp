#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "sm_train/aws/profile.hpp"
#include "sm_train/aws/retry.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/http.hpp"
#include "sm_train/system/interrupt.hpp"
#include "sm_train/system/process_env.hpp"

namespace sm_train {

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  ///< empty for long-lived keys
  std::optional<std::chrono::system_clock::time_point> expires = std::nullopt;
  bool from_instance = false;  ///< of the instance's own role: its metadata then knows the region too

  bool operator==(const Credentials&) const = default;
};

/// Why a provider gives nothing, as a clause: "AWS_ACCESS_KEY_ID is not set".
struct NoCredentials {
  std::string reason;
};

/// What a provider finds. One that was asked for by a setting and cannot give credentials throws Error.
using FoundCredentials = std::variant<Credentials, NoCredentials>;

/// What the providers look at, and how they ask a service.
struct CredentialSources {
  EnvVars env;
  Profile profile;
  HttpSend send = http_send;
  Backoff backoff = full_jitter;
  std::string ca_bundle = {};  ///< for a service that speaks https
  int attempts = 3;            ///< in a row, where a failure may pass
};

/// What `env` names: the profile, and AWS_CA_BUNDLE, else SSL_CERT_FILE. Throws Error as load_profile does.
CredentialSources find_credential_sources(const EnvVars& env);

/// No provider was asked for by a setting, and none has credentials.
class NoCredentialsFound : public Error {
 public:
  using Error::Error;
};

/// The first that one of the providers gives, in the order of the AWS SDKs: environment, web identity, shared
/// config and credentials files, container, instance metadata. Throws NoCredentialsFound (denied) that lists
/// what was tried and why each gave nothing, and what a provider throws. Source:
/// https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
Credentials find_credentials(const CredentialSources& sources, const Interrupt& interrupt = {});

/// Credentials, and which provider gave them: "environment", "shared files".
struct ProvidedCredentials {
  std::string provider;
  Credentials credentials;
};

/// The same, where it is to be told where they come from.
ProvidedCredentials find_provided_credentials(const CredentialSources& sources,
                                              const Interrupt& interrupt = {});

/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. Throws Error{denied} where just one half
/// of the pair is set.
FoundCredentials environment_credentials(const EnvVars& env);

/// Of the role AWS_ROLE_ARN for the token in AWS_WEB_IDENTITY_TOKEN_FILE, which is read anew each time. STS
/// gives them for a session named AWS_ROLE_SESSION_NAME.
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/access-assume-role-web.html
FoundCredentials web_identity_credentials(const CredentialSources& sources, const Interrupt& interrupt);

/// In the way that the profile says: a role, for a web identity or with the credentials of source_profile or
/// credential_source; its own keys; a process. Throws Error where it says none that can be followed: half a
/// pair of keys, source_profiles in a circle, a role that wants MFA, single sign-on.
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
FoundCredentials profile_credentials(const CredentialSources& sources, const Interrupt& interrupt);

/// From the address in AWS_CONTAINER_CREDENTIALS_RELATIVE_URI (on 169.254.170.2, as on SageMaker and ECS) or
/// AWS_CONTAINER_CREDENTIALS_FULL_URI (https, or http to this machine or a link-local agent), with the token
/// of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or AWS_CONTAINER_AUTHORIZATION_TOKEN. Three attempts.
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
FoundCredentials container_credentials(const CredentialSources& sources, const Interrupt& interrupt);

/// From the role of the instance, by its metadata.
/// Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
FoundCredentials instance_credentials(const CredentialSources& sources, const Interrupt& interrupt);

}  // namespace sm_train
