#pragma once

#include <string>

#include "sm_train/aws/endpoint_settings.hpp"
#include "sm_train/aws/profile.hpp"
#include "sm_train/aws/s3_uri.hpp"
#include "sm_train/system/process_env.hpp"

namespace sm_train {

struct S3Endpoint {
  std::string url;          ///< scheme, host and, where it has one, port and path; no slash at the end
  bool is_custom = false;   ///< named by a setting, so the region does not change it
  EndpointVariant variant;  ///< where it is AWS's own
};

/// The one that a setting names (find_endpoint_url), else AWS's own for the region.
S3Endpoint find_s3_endpoint(const EnvVars& env, const Profile& profile, const std::string& region);

/// AWS's own. Throws Error{bad_config} where a FIPS endpoint is wanted of a partition that has none.
S3Endpoint aws_s3_endpoint(const std::string& region, const EndpointVariant& variant = {});

/// Where another service ("sts", "codeartifact") is asked: the URL that a setting names (find_endpoint_url),
/// else AWS's own for the region.
std::string find_service_endpoint(const EnvVars& env, const Profile& profile, const std::string& service,
                                  const std::string& region);

/// AWS's own: scheme and host.
std::string aws_service_endpoint(const std::string& service, const std::string& region,
                                 const EndpointVariant& variant);

/// Where an object is asked for.
struct S3Address {
  std::string origin;  ///< scheme and host: the URL up to the path
  std::string host;    ///< the Host header
  std::string path;    ///< encoded, from its first slash
};

/// bucket.host/key; host/bucket/key where the endpoint is custom, or the bucket's name is no host name or has
/// a dot (AWS's certificates cover one label). An access point is NAME-ACCOUNT.host/key, the host being that
/// of access points in its own region, or the custom one.
S3Address address_of(const S3Uri& uri, const S3Endpoint& endpoint);

}  // namespace sm_train
