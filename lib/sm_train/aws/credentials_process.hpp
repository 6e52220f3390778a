#pragma once

#include "sm_train/aws/credentials.hpp"
#include "sm_train/aws/profile.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// Runs the profile's credential_process, without a shell and with `env`, and reads what it prints: JSON of
/// Version 1 with AccessKeyId, SecretAccessKey, SessionToken and Expiration. It has a minute; what it writes
/// to standard error is dropped, as it may hold secrets. Throws Error that names the profile and the program,
/// and quotes neither its arguments nor its output.
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
Credentials process_credentials(const EnvVars& env, const Profile& profile, const Interrupt& interrupt);

}  // namespace sm_train
