#pragma once

#include <string>
#include <string_view>

#include "sm_train/aws/profile.hpp"
#include "sm_train/aws/s3_uri.hpp"
#include "sm_train/system/process_env.hpp"

namespace sm_train {

/// Lower-case letters, digits and dashes: safe to become a part of a host's name.
bool is_region_name(std::string_view text);

/// AWS_REGION, AWS_DEFAULT_REGION, the profile's, else us-east-1, which S3 corrects in its answer. Throws
/// Error{bad_config} where it can be no region.
std::string find_region(const EnvVars& env, const Profile& profile);

/// The domain of the region's partition: "amazonaws.com", "amazonaws.com.cn" and so on.
std::string dns_suffix(const std::string& region);

struct S3Endpoint {
  std::string url;         ///< scheme, host and, where it has one, port and path; no slash at the end
  bool is_custom = false;  ///< named by a setting, so the region does not change it
};

/// AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the profile's endpoint_url, S3_ENDPOINT_URL, else AWS's own for the
/// region. Throws Error{bad_config} that names the setting where it is no http:// or https:// URL.
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
S3Endpoint find_s3_endpoint(const EnvVars& env, const Profile& profile, const std::string& region);

/// AWS's own.
S3Endpoint aws_s3_endpoint(const std::string& region);

/// Where an object is asked for.
struct S3Address {
  std::string origin;  ///< scheme and host: the URL up to the path
  std::string host;    ///< the Host header
  std::string path;    ///< encoded, from its first slash
};

/// bucket.host/key; host/bucket/key where the endpoint is custom, or the bucket's name is no host name or has
/// a dot (AWS's certificates cover one label).
S3Address address_of(const S3Uri& uri, const S3Endpoint& endpoint);

}  // namespace sm_train
