#include "sm_train/aws/endpoint.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "sm_train/aws/sigv4.hpp"
#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

// The partitions other than aws itself; aws-us-gov has the domain of aws.
// Source: botocore's partitions.json.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> partitions = {{
    {"cn-", "amazonaws.com.cn"},
    {"us-iso-", "c2s.ic.gov"},
    {"us-isob-", "sc2s.sgov.gov"},
    {"us-isof-", "csp.hci.ic.gov"},
    {"eu-isoe-", "cloud.adc-e.uk"},
    {"eusc-", "amazonaws.eu"},
}};

bool is_host_label(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::pair<std::string, std::string> find_setting(const EnvVars& env, const Profile& profile) {
  for (const char* name : {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"})
    if (auto url = env_var(env, name); !url.empty()) return {name, url};
  if (auto url = profile.setting("endpoint_url"); !url.empty())
    return {fmt::format("endpoint_url of the profile \"{}\"", profile.name), url};
  return {"S3_ENDPOINT_URL", env_var(env, "S3_ENDPOINT_URL")};
}

std::size_t host_start(std::string_view url) {
  const auto end = url.find("://");
  return end == std::string_view::npos ? 0 : end + 3;
}

void check_endpoint(const std::string& setting, std::string_view url) {
  const bool has_scheme = url.starts_with("http://") || url.starts_with("https://");
  const auto rest = url.substr(host_start(url));
  // A name and password in it would be a secret, and S3 knows none.
  if (has_scheme && !rest.empty() && rest.front() != '/' &&
      rest.find_first_of("@?# ") == std::string_view::npos)
    return;
  throw Error({.cause = Cause::bad_config,
               .what = fmt::format("{} is not an http:// or https:// URL of a host.", setting),
               .remedy = "Write it as https://host or http://host:port."});
}

}  // namespace

bool is_region_name(std::string_view text) {
  return is_host_label(text);
}

std::string find_region(const EnvVars& env, const Profile& profile) {
  std::string region = env_var(env, "AWS_REGION");
  if (region.empty()) region = env_var(env, "AWS_DEFAULT_REGION");
  if (region.empty()) region = profile.setting("region");
  if (region.empty()) return "us-east-1";
  // It becomes a part of a host's name.
  if (!is_region_name(region))
    throw Error({.cause = Cause::bad_config,
                 .what = fmt::format("\"{}\" is not the name of an AWS region.", region),
                 .remedy = "Set AWS_REGION to a name such as us-east-1."});
  return region;
}

std::string dns_suffix(const std::string& region) {
  for (const auto& [prefix, suffix] : partitions)
    if (region.starts_with(prefix)) return std::string(suffix);
  return "amazonaws.com";
}

S3Endpoint aws_s3_endpoint(const std::string& region) {
  return {.url = fmt::format("https://s3.{}.{}", region, dns_suffix(region))};
}

S3Endpoint find_s3_endpoint(const EnvVars& env, const Profile& profile, const std::string& region) {
  auto [setting, url] = find_setting(env, profile);
  if (url.empty()) return aws_s3_endpoint(region);
  check_endpoint(setting, url);
  while (url.ends_with('/')) url.pop_back();
  return {.url = url, .is_custom = true};
}

S3Address address_of(const S3Uri& uri, const S3Endpoint& endpoint) {
  const auto start = host_start(endpoint.url);
  const auto scheme = endpoint.url.substr(0, start);
  const auto host_end = std::min(endpoint.url.find('/', start), endpoint.url.size());
  const auto host = endpoint.url.substr(start, host_end - start);
  const auto key = uri_encode(uri.key, true);
  if (!endpoint.is_custom && is_host_label(uri.bucket)) {
    const auto bucket_host = fmt::format("{}.{}", uri.bucket, host);
    return {.origin = scheme + bucket_host, .host = bucket_host, .path = "/" + key};
  }
  return {.origin = scheme + host,
          .host = host,
          .path = fmt::format("{}/{}/{}", endpoint.url.substr(host_end), uri_encode(uri.bucket), key)};
}

}  // namespace sm_train
