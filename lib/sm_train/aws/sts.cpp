#include "sm_train/aws/sts.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/core.h>

#include "sm_train/aws/ask.hpp"
#include "sm_train/aws/endpoint.hpp"
#include "sm_train/aws/region.hpp"
#include "sm_train/aws/sigv4.hpp"
#include "sm_train/aws/timestamp.hpp"
#include "sm_train/aws/xml.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/digest.hpp"

namespace sm_train {

namespace {

using std::chrono::system_clock;

std::string find_region(const CredentialSources& sources) {
  auto region = configured_region(sources.env, sources.profile);
  return region.empty() ? default_region : region;
}

std::string find_endpoint(const CredentialSources& sources) {
  auto url = find_endpoint_url(sources.env, sources.profile, "sts");
  if (!url.empty()) return url;
  return aws_sts_endpoint(find_region(sources), find_endpoint_variant(sources.env, sources.profile));
}

std::string session_name(const RoleSession& session) {
  if (!session.session_name.empty()) return session.session_name;
  return fmt::format("sm-train-{}", system_clock::to_time_t(system_clock::now()));
}

HttpRequest make_request(const CredentialSources& sources, const std::string& action,
                         const RoleSession& session, QueryParameters parameters) {
  parameters.insert(parameters.end(), {{"Action", action},
                                       {"Version", "2011-06-15"},
                                       {"RoleArn", session.role_arn},
                                       {"RoleSessionName", session_name(session)}});
  if (!session.external_id.empty()) parameters.emplace_back("ExternalId", session.external_id);
  if (!session.duration_seconds.empty()) parameters.emplace_back("DurationSeconds", session.duration_seconds);
  return {.method = "POST",
          .url = find_endpoint(sources) + "/",
          .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
          .body = query_string(parameters),
          .stall_timeout = std::chrono::seconds(30),
          .ca_bundle = sources.ca_bundle};
}

void sign_request(HttpRequest& request, const std::string& region, const Credentials& caller) {
  const auto host = host_start(request.url);
  const auto path = request.url.find('/', host);
  request.headers.emplace_back("Host", request.url.substr(host, path - host));
  request.headers = sign({.method = request.method,
                          .path = request.url.substr(path),
                          .headers = request.headers,
                          .payload_hash = to_hex(sha256(request.body.view()))},
                         {.region = region, .service = "sts", .time = system_clock::now()}, caller)
                        .headers;
}

[[noreturn]] void throw_refusal(const HttpResponse& response, const std::string& role_arn) {
  const auto code = xml_element(response.body, "Code");
  const auto message = xml_element(response.body, "Message");
  const bool is_fault = response.status >= 500;
  throw Error({.cause = is_fault ? Cause::unavailable : Cause::denied,
               .what = fmt::format("STS does not give credentials for the role {} ({}{}{}{}{}).", role_arn,
                                   response.status, code.empty() ? "" : " ", code,
                                   message.empty() ? "" : ": ", message),
               .remedy = is_fault ? "Try again later."
                                  : "Check the role's ARN, and that its trust policy allows this identity."});
}

Credentials read_answer(const HttpResponse& response, const std::string& role_arn) {
  if (response.status != 200) throw_refusal(response, role_arn);
  Credentials found = {.access_key_id = xml_element(response.body, "AccessKeyId"),
                       .secret_access_key = xml_element(response.body, "SecretAccessKey"),
                       .session_token = xml_element(response.body, "SessionToken"),
                       .expires = parse_timestamp(xml_element(response.body, "Expiration"))};
  if (!found.access_key_id.empty() && !found.secret_access_key.empty()) return found;
  throw Error({.cause = Cause::bad_data,
               .what = fmt::format("STS answered 200 without credentials for the role {}.", role_arn),
               .remedy = "Check that AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL lead to STS."});
}

}  // namespace

Credentials assume_role(const CredentialSources& sources, const RoleSession& session,
                        const Credentials& caller, const Interrupt& interrupt) {
  auto request = make_request(sources, "AssumeRole", session, {});
  sign_request(request, find_region(sources), caller);
  return read_answer(ask(sources, request, interrupt), session.role_arn);
}

Credentials assume_role_with_web_identity(const CredentialSources& sources, const RoleSession& session,
                                          const std::string& token, const Interrupt& interrupt) {
  const auto request =
      make_request(sources, "AssumeRoleWithWebIdentity", session, {{"WebIdentityToken", token}});
  return read_answer(ask(sources, request, interrupt), session.role_arn);
}

}  // namespace sm_train
