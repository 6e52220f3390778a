#pragma once

#include <string>

#include "sm_train/aws/profile.hpp"
#include "sm_train/system/process_env.hpp"

namespace sm_train {

/// Which of AWS's own endpoints of a region is meant.
struct EndpointVariant {
  bool dual_stack = false;  ///< reached by IPv6 too
  bool fips = false;        ///< with cryptography that is validated by FIPS 140
};

/// AWS_USE_DUALSTACK_ENDPOINT and AWS_USE_FIPS_ENDPOINT, else the profile's use_dualstack_endpoint and
/// use_fips_endpoint.
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html
EndpointVariant find_endpoint_variant(const EnvVars& env, const Profile& profile);

/// The URL that a setting names for a service ("s3", "sts", "codeartifact"), without a slash at its end:
/// AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, endpoint_url in the profile's services section, the profile's
/// endpoint_url; for S3 last S3_ENDPOINT_URL, which is SageMaker's and counts even under
/// AWS_IGNORE_CONFIGURED_ENDPOINT_URLS. Empty where none does. Throws Error{bad_config} that names the
/// setting where it is no http:// or https:// URL. Source:
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
std::string find_endpoint_url(const EnvVars& env, const Profile& profile, const std::string& service);

/// Where the host begins in a URL: behind its "://".
std::size_t host_start(std::string_view url);

}  // namespace sm_train
