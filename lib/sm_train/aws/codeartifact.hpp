#pragma once

#include <string>

#include "sm_train/aws/credentials.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// A repository of AWS CodeArtifact, by the parts of its ARN.
struct CodeArtifactRepository {
  std::string arn;
  std::string region;
  std::string account;  ///< that owns the domain: 12 digits
  std::string domain;
  std::string name;
};

/// Reads arn:PARTITION:codeartifact:REGION:ACCOUNT:repository/DOMAIN/REPOSITORY. Throws Error{bad_config}
/// that names CA_REPOSITORY_ARN, where it comes from, and shows what was found and what is expected.
/// Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodeartifact.html
CodeArtifactRepository parse_repository_arn(const std::string& arn);

/// A repository as a Python package index (PEP 503), which takes HTTP's basic authentication.
struct CodeArtifactIndex {
  std::string url;  ///< https://HOST/pypi/REPOSITORY/simple/, without the token
  std::string user;
  std::string token;  ///< a secret, good for hours: visible ASCII without quotes, backslashes and `#`
};

/// Asks CodeArtifact in the repository's region, with the credentials that `sources` lead to, for a token and
/// for the repository's endpoint. Throws Error that names the ARN, with the words of the service: denied,
/// no_input, bad_config, unavailable; bad_data where the answer is no endpoint and token, never quoting it;
/// or what find_credentials and interrupt.check throw.
/// Source: https://docs.aws.amazon.com/codeartifact/latest/APIReference/API_GetAuthorizationToken.html
/// and API_GetRepositoryEndpoint.html
CodeArtifactIndex find_codeartifact_index(const CredentialSources& sources,
                                          const CodeArtifactRepository& repository,
                                          const Interrupt& interrupt);

}  // namespace sm_train
