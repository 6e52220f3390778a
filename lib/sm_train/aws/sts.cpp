#include "sm_train/aws/sts.hpp"

#include <chrono>
#include <utility>

#include <fmt/core.h>

#include "sm_train/aws/ask.hpp"
#include "sm_train/aws/region.hpp"
#include "sm_train/aws/service_error.hpp"
#include "sm_train/aws/service_request.hpp"
#include "sm_train/aws/timestamp.hpp"
#include "sm_train/aws/xml.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/one_line.hpp"

namespace sm_train {

namespace {

using std::chrono::system_clock;

constexpr const char* check_endpoint = "Check that AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL lead to STS.";

std::string find_region(const CredentialSources& sources) {
  auto region = configured_region(sources.env, sources.profile);
  return region.empty() ? default_region : region;
}

std::string session_name(const RoleSession& session) {
  if (!session.session_name.empty()) return session.session_name;
  return fmt::format("sm-train-{}", system_clock::to_time_t(system_clock::now()));
}

ServiceRequest sts_request(const CredentialSources& sources, const std::string& action,
                           QueryParameters parameters) {
  parameters.insert(parameters.end(), {{"Action", action}, {"Version", "2011-06-15"}});
  return {.service = "sts",
          .region = find_region(sources),
          .method = "POST",
          .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
          .body = query_string(parameters)};
}

ServiceRequest role_request(const CredentialSources& sources, const std::string& action,
                            const RoleSession& session, QueryParameters parameters) {
  parameters.insert(parameters.end(),
                    {{"RoleArn", session.role_arn}, {"RoleSessionName", session_name(session)}});
  if (!session.external_id.empty()) parameters.emplace_back("ExternalId", session.external_id);
  if (!session.duration_seconds.empty()) parameters.emplace_back("DurationSeconds", session.duration_seconds);
  return sts_request(sources, action, std::move(parameters));
}

[[noreturn]] void throw_refusal(const HttpResponse& response, const std::string& role_arn) {
  const bool is_fault = response.status >= 500;
  throw Error({.cause = is_fault ? Cause::unavailable : Cause::denied,
               .what = fmt::format("STS does not give credentials for the role {} ({}).", role_arn,
                                   describe(response.status, read_service_error(response))),
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
               .remedy = check_endpoint});
}

CallerIdentity read_identity(const HttpResponse& response) {
  if (response.status >= 500)
    throw Error({.cause = Cause::unavailable,
                 .what = fmt::format("STS does not tell whose credentials these are ({}).",
                                     describe(response.status, read_service_error(response))),
                 .remedy = "Try again later."});
  if (response.status != 200)
    throw Error({.cause = Cause::denied,
                 .what = fmt::format("STS does not take the credentials ({}).",
                                     describe(response.status, read_service_error(response))),
                 .remedy = "Get new credentials; temporary keys need their AWS_SESSION_TOKEN as well."});
  CallerIdentity identity = {.account = one_line(xml_element(response.body, "Account")),
                             .arn = one_line(xml_element(response.body, "Arn"))};
  if (!identity.arn.empty()) return identity;
  throw Error({.cause = Cause::bad_data,
               .what = "STS answered 200 without telling whose credentials these are.",
               .remedy = check_endpoint});
}

}  // namespace

Credentials assume_role(const CredentialSources& sources, const RoleSession& session,
                        const Credentials& caller, const Interrupt& interrupt) {
  const auto request = make_signed_request(sources, role_request(sources, "AssumeRole", session, {}), caller,
                                           system_clock::now());
  return read_answer(ask(sources, request, interrupt), session.role_arn);
}

Credentials assume_role_with_web_identity(const CredentialSources& sources, const RoleSession& session,
                                          const std::string& token, const Interrupt& interrupt) {
  const auto request = make_request(
      sources, role_request(sources, "AssumeRoleWithWebIdentity", session, {{"WebIdentityToken", token}}));
  return read_answer(ask(sources, request, interrupt), session.role_arn);
}

CallerIdentity get_caller_identity(const CredentialSources& sources, const Credentials& credentials,
                                   const Interrupt& interrupt) {
  const auto request = make_signed_request(sources, sts_request(sources, "GetCallerIdentity", {}),
                                           credentials, system_clock::now());
  return read_identity(ask(sources, request, interrupt));
}

}  // namespace sm_train
