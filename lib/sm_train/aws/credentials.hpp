#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "sm_train/aws/profile.hpp"
#include "sm_train/aws/retry.hpp"
#include "sm_train/system/http.hpp"
#include "sm_train/system/interrupt.hpp"
#include "sm_train/system/process_env.hpp"

namespace sm_train {

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  ///< empty for long-lived keys
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
  std::string ca_bundle;  ///< for a container agent that speaks https
};

/// The first that one of the providers gives, in the order of the AWS SDKs: environment, shared config and
/// credentials files, container, instance metadata. Throws Error{denied} that lists what was tried and why
/// each gave nothing.
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
Credentials find_credentials(const CredentialSources& sources, const Interrupt& interrupt = {});

/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. Throws Error{denied} where just one half
/// of the pair is set.
FoundCredentials environment_credentials(const EnvVars& env);

/// The profile's aws_access_key_id, aws_secret_access_key and aws_session_token. Throws Error{denied} where
/// the profile gets its credentials in another way (a role, a process, SSO).
FoundCredentials profile_credentials(const Profile& profile);

/// From the address in AWS_CONTAINER_CREDENTIALS_RELATIVE_URI (on 169.254.170.2, as on SageMaker and ECS) or
/// AWS_CONTAINER_CREDENTIALS_FULL_URI (https, or http to this machine or a link-local agent), with the token
/// of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or AWS_CONTAINER_AUTHORIZATION_TOKEN. Three attempts.
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
FoundCredentials container_credentials(const CredentialSources& sources, const Interrupt& interrupt);

/// From the instance's role by IMDSv2, unless AWS_EC2_METADATA_DISABLED is true.
/// AWS_EC2_METADATA_SERVICE_ENDPOINT moves it from http://169.254.169.254.
/// Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
FoundCredentials instance_credentials(const CredentialSources& sources, const Interrupt& interrupt);

/// Reads a service's answer: an object with AccessKeyId, SecretAccessKey and Token. Throws Error{bad_data}
/// that names the service, and never quotes the answer.
Credentials parse_credentials(std::string_view json, const std::string& service);

}  // namespace sm_train
