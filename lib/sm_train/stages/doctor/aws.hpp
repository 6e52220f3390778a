#pragma once

#include <chrono>
#include <string>

#include "sm_train/aws/credentials.hpp"
#include "sm_train/contract/job.hpp"
#include "sm_train/stages/doctor/finding.hpp"
#include "sm_train/stages/options.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// How long a service may take to take a connection, and then to say anything.
inline constexpr std::chrono::seconds service_limit{3};

/// What a job asks AWS for.
struct AwsNeeds {
  bool code = false;           ///< the code is in S3
  bool output = false;         ///< intermediate output goes there
  bool package_index = false;  ///< packages come from CodeArtifact

  bool any() const { return code || output || package_index; }
};

AwsNeeds aws_needs(const Job& job, const EnvVars& env);

/// As find_credential_sources, but that each service is asked once and within service_limit.
CredentialSources hurried_sources(const EnvVars& env);

/// Which region, and what says so. Throws Error as find_region_setting does.
Finding check_region(const CredentialSources& sources);

/// Where credentials come from, and how long they last. They are never shown, but for the last four
/// characters of the key's ID.
Finding check_credentials(const ProvidedCredentials& provided, std::chrono::system_clock::time_point now);

/// Who they are, as STS says. Not asked where S3 is no service of AWS's and STS is: the keys are not for it.
Finding check_identity(const CredentialSources& sources, const Credentials& credentials, bool is_needed,
                       const Interrupt& interrupt);

/// Whether the job's code can be got from S3, and how large it is: the job's own first request, without
/// taking what comes. Throws Error as open_s3_object and find_first_s3_object do.
Finding check_code_in_s3(const std::string& uri, const Options& options, const Interrupt& interrupt);

/// Where S3 is asked, for a request that needs no signature. Throws Error as find_s3_endpoint does.
std::string s3_endpoint_url(const CredentialSources& sources);

}  // namespace sm_train
