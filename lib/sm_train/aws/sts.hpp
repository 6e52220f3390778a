#pragma once

#include <string>

#include "sm_train/aws/credentials.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// The role that STS is asked for, and the session in it.
struct RoleSession {
  std::string role_arn;
  std::string session_name;      ///< one is made up where it is empty
  std::string external_id;       ///< left out where it is empty
  std::string duration_seconds;  ///< STS's own hour where it is empty
};

/// AssumeRole, signed by the credentials of the `caller`, at the STS of the region that is configured. Throws
/// Error{denied} that names the role, with the words of STS, where it refuses; Error{unavailable, bad_data}
/// where it does not answer, or with something else.
/// Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
Credentials assume_role(const CredentialSources& sources, const RoleSession& session,
                        const Credentials& caller, const Interrupt& interrupt);

/// AssumeRoleWithWebIdentity: the token of an identity provider stands for a signature.
/// Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
Credentials assume_role_with_web_identity(const CredentialSources& sources, const RoleSession& session,
                                          const std::string& token, const Interrupt& interrupt);

/// Whose credentials they are.
struct CallerIdentity {
  std::string account;
  std::string arn;
};

/// GetCallerIdentity, which needs no permission, signed by `credentials`, at the STS of the region that is
/// configured. Throws Error{denied} with the words of STS where it does not take them; Error{unavailable,
/// bad_data} where it does not answer, or with something else.
/// Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
CallerIdentity get_caller_identity(const CredentialSources& sources, const Credentials& credentials,
                                   const Interrupt& interrupt);

}  // namespace sm_train
