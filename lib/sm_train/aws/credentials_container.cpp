#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <optional>

#include <fmt/core.h>

#include "sm_train/aws/ask.hpp"
#include "sm_train/aws/credentials.hpp"
#include "sm_train/aws/credentials_answer.hpp"
#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

constexpr const char* relative_uri = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
constexpr const char* full_uri = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
constexpr const char* token_file = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
constexpr const char* token_value = "AWS_CONTAINER_AUTHORIZATION_TOKEN";

// The agents of ECS and EKS, as the SDKs know them.
constexpr std::array<std::string_view, 3> agents = {"169.254.170.2", "169.254.170.23", "fd00:ec2::23"};

std::string host_of(std::string_view url) {
  auto authority = url.substr(url.find("://") + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (authority.starts_with('[')) return std::string(authority.substr(1, authority.find(']') - 1));
  return std::string(authority.substr(0, authority.find(':')));
}

bool is_loopback(const std::string& host) {
  in_addr v4{};
  in6_addr v6{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24U) == 127;
  if (::inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  return host == "localhost";
}

// Over plain http the token and the credentials go to this machine or its agent, and nowhere else.
bool is_allowed(const std::string& url) {
  if (url.find_first_of("@\\ ") != std::string::npos) return false;
  if (url.starts_with("https://")) return true;
  if (!url.starts_with("http://")) return false;
  const auto host = host_of(url);
  return is_loopback(host) || std::ranges::find(agents, host) != agents.end();
}

std::optional<std::string> find_url(const EnvVars& env) {
  if (const auto path = env_var(env, relative_uri); !path.empty()) {
    if (path.starts_with('/')) return "http://169.254.170.2" + path;
    throw Error({.cause = Cause::bad_config,
                 .what = fmt::format("{} does not begin with a slash.", relative_uri),
                 .remedy = "Leave the variable as the platform sets it."});
  }
  const auto url = env_var(env, full_uri);
  if (url.empty()) return std::nullopt;
  if (is_allowed(url)) return url;
  throw Error({.cause = Cause::bad_config,
               .what = fmt::format("{} is neither an https:// URL nor an http:// one of this machine "
                                   "(localhost, 127.0.0.1, 169.254.170.2, 169.254.170.23).",
                                   full_uri),
               .remedy = "Leave the variable as the platform sets it, or use https."});
}

std::string find_token(const EnvVars& env) {
  const auto file = env_var(env, token_file);
  return file.empty() ? env_var(env, token_value) : read_token_file(file, token_file);
}

}  // namespace

FoundCredentials container_credentials(const CredentialSources& sources, const Interrupt& interrupt) {
  const auto url = find_url(sources.env);
  if (!url) return NoCredentials{fmt::format("neither {} nor {} is set", relative_uri, full_uri)};
  HttpRequest request = {.url = *url,
                         .headers = {{"Accept", "application/json"}},
                         .connect_timeout = std::chrono::seconds(2),
                         .stall_timeout = std::chrono::seconds(5),
                         .ca_bundle = sources.ca_bundle,
                         .use_proxy = url->starts_with("https://")};
  if (const auto token = find_token(sources.env); !token.empty())
    request.headers.emplace_back("Authorization", token);
  const auto response = ask(sources, request, interrupt);
  const auto service = fmt::format("The container's credentials service on {}", host_of(*url));
  if (response.status == 200) return parse_credentials(response.body, service);
  throw Error({.cause = Cause::denied,
               .what = fmt::format("{} answered {}.", service, response.status),
               .remedy = "Check the job's execution role."});
}

}  // namespace sm_train
