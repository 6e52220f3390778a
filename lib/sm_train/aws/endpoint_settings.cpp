#include "sm_train/aws/endpoint_settings.hpp"

#include <algorithm>
#include <string_view>
#include <strings.h>
#include <utility>

#include <fmt/core.h>

#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

bool is_on(const EnvVars& env, const std::string& variable, const Profile& profile, const char* key) {
  auto value = env_var(env, variable);
  if (value.empty()) value = profile.setting(key);
  return ::strcasecmp(value.c_str(), "true") == 0;
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

struct Setting {
  std::string name;
  std::string value;
};

Setting find_setting(const EnvVars& env, const Profile& profile, const std::string& service) {
  if (!is_on(env, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", profile, "ignore_configured_endpoint_urls")) {
    for (const auto& name : {"AWS_ENDPOINT_URL_" + upper(service), std::string("AWS_ENDPOINT_URL")})
      if (auto url = env_var(env, name); !url.empty()) return {name, std::move(url)};
    if (auto url = profile.service_setting(service + ".endpoint_url"); !url.empty())
      return {fmt::format("endpoint_url of {} in the services of the profile \"{}\"", service, profile.name),
              std::move(url)};
    if (auto url = profile.setting("endpoint_url"); !url.empty())
      return {fmt::format("endpoint_url of the profile \"{}\"", profile.name), std::move(url)};
  }
  if (service == "s3") return {"S3_ENDPOINT_URL", env_var(env, "S3_ENDPOINT_URL")};
  return {};
}

void check_endpoint(const std::string& setting, std::string_view url) {
  const bool has_scheme = url.starts_with("http://") || url.starts_with("https://");
  const auto rest = url.substr(host_start(url));
  // A name and password in it would be a secret, and AWS's services know none.
  if (has_scheme && !rest.empty() && rest.front() != '/' &&
      rest.find_first_of("@?# ") == std::string_view::npos)
    return;
  throw Error({.cause = Cause::bad_config,
               .what = fmt::format("{} is not an http:// or https:// URL of a host.", setting),
               .remedy = "Write it as https://host or http://host:port."});
}

}  // namespace

EndpointVariant find_endpoint_variant(const EnvVars& env, const Profile& profile) {
  return {.dual_stack = is_on(env, "AWS_USE_DUALSTACK_ENDPOINT", profile, "use_dualstack_endpoint"),
          .fips = is_on(env, "AWS_USE_FIPS_ENDPOINT", profile, "use_fips_endpoint")};
}

std::string find_endpoint_url(const EnvVars& env, const Profile& profile, const std::string& service) {
  auto [name, url] = find_setting(env, profile, service);
  if (url.empty()) return url;
  check_endpoint(name, url);
  while (url.ends_with('/')) url.pop_back();
  return url;
}

std::size_t host_start(std::string_view url) {
  const auto end = url.find("://");
  return end == std::string_view::npos ? 0 : end + 3;
}

}  // namespace sm_train
