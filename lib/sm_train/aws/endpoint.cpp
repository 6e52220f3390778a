#include "sm_train/aws/endpoint.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/core.h>

#include "sm_train/aws/host_label.hpp"
#include "sm_train/aws/region.hpp"
#include "sm_train/aws/uri_encoding.hpp"
#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

// S3 has its dual-stack hosts in the partition's usual domain, unlike later services.
std::string aws_host(std::string_view service, const std::string& region, const EndpointVariant& variant) {
  const auto& partition = partition_of(region);
  if (variant.fips && !partition.s3_has_fips)
    throw Error({.cause = Cause::bad_config,
                 .what = fmt::format("S3 has no FIPS endpoint in {}.", region),
                 .remedy = "Unset AWS_USE_FIPS_ENDPOINT (use_fips_endpoint in the profile)."});
  return fmt::format("{}{}{}.{}.{}", service, variant.fips ? "-fips" : "",
                     variant.dual_stack ? ".dualstack" : "", region, partition.dns_suffix);
}

struct UrlParts {
  std::string scheme;  // with its "://"
  std::string host;    // with its port
  std::string path;
};

UrlParts parts_of(const std::string& url) {
  const auto start = host_start(url);
  const auto end = std::min(url.find('/', start), url.size());
  return {.scheme = url.substr(0, start), .host = url.substr(start, end - start), .path = url.substr(end)};
}

S3Address virtual_host(const UrlParts& url, const std::string& label, const std::string& key) {
  const auto host = fmt::format("{}.{}", label, url.host);
  return {.origin = url.scheme + host, .host = host, .path = fmt::format("{}/{}", url.path, key)};
}

UrlParts access_point_base(const AccessPoint& point, const S3Endpoint& endpoint) {
  if (endpoint.is_custom) return parts_of(endpoint.url);
  return {
      .scheme = "https://", .host = aws_host("s3-accesspoint", point.region, endpoint.variant), .path = ""};
}

}  // namespace

S3Endpoint find_s3_endpoint(const EnvVars& env, const Profile& profile, const std::string& region) {
  auto url = find_endpoint_url(env, profile, "s3");
  if (url.empty()) return aws_s3_endpoint(region, find_endpoint_variant(env, profile));
  return {.url = std::move(url), .is_custom = true, .variant = {}};
}

S3Endpoint aws_s3_endpoint(const std::string& region, const EndpointVariant& variant) {
  return {.url = "https://" + aws_host("s3", region, variant), .is_custom = false, .variant = variant};
}

std::string find_service_endpoint(const EnvVars& env, const Profile& profile, const std::string& service,
                                  const std::string& region) {
  auto url = find_endpoint_url(env, profile, service);
  return !url.empty() ? url : aws_service_endpoint(service, region, find_endpoint_variant(env, profile));
}

std::string aws_service_endpoint(const std::string& service, const std::string& region,
                                 const EndpointVariant& variant) {
  const auto& partition = partition_of(region);
  // GovCloud's plain endpoint of STS is a FIPS one.
  const bool is_fips_by_itself = service == "sts" && !variant.dual_stack && region.starts_with("us-gov-");
  return fmt::format("https://{}{}.{}.{}", service, variant.fips && !is_fips_by_itself ? "-fips" : "", region,
                     variant.dual_stack ? partition.dual_stack_dns_suffix : partition.dns_suffix);
}

S3Address address_of(const S3Uri& uri, const S3Endpoint& endpoint) {
  const auto key = uri_encode(uri.key, true);
  if (const auto point = access_point_of(uri))
    return virtual_host(access_point_base(*point, endpoint),
                        fmt::format("{}-{}", point->name, point->account), key);
  const auto url = parts_of(endpoint.url);
  if (!endpoint.is_custom && is_host_label(uri.bucket)) return virtual_host(url, uri.bucket, key);
  return {.origin = url.scheme + url.host,
          .host = url.host,
          .path = fmt::format("{}/{}/{}", url.path, uri_encode(uri.bucket), key)};
}

}  // namespace sm_train
