#include "sm_train/aws/codeartifact.hpp"

#include <algorithm>
#include <chrono>
#include <regex>
#include <string_view>

#include <fmt/core.h>

#include "sm_train/aws/ask.hpp"
#include "sm_train/aws/endpoint.hpp"
#include "sm_train/aws/json_answer.hpp"
#include "sm_train/aws/service_error.hpp"
#include "sm_train/aws/service_request.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/one_line.hpp"

namespace sm_train {

namespace {

constexpr const char* service = "codeartifact";

/// What is asked for, as IAM calls it, and where the answer has it.
struct Operation {
  const char* name;
  const char* method;
  const char* path;
  const char* member;
};

constexpr Operation get_token = {"GetAuthorizationToken", "POST", "/v1/authorization-token",
                                 "authorizationToken"};
constexpr Operation get_endpoint = {"GetRepositoryEndpoint", "GET", "/v1/repository/endpoint",
                                    "repositoryEndpoint"};

constexpr const char* check_endpoint_settings =
    "Check that AWS_ENDPOINT_URL_CODEARTIFACT and AWS_ENDPOINT_URL, where they are set, lead to "
    "CodeArtifact.";

struct Meaning {
  Cause cause;
  const char* remedy;
};

Meaning meaning_of(int status, std::string_view code) {
  if (code == "ValidationException")
    return {Cause::bad_config, "Correct CA_REPOSITORY_ARN: copy it from the repository's page."};
  if (status == 404)
    return {Cause::no_input,
            "Check the region, the account, the domain and the repository in CA_REPOSITORY_ARN."};
  if (status == 403 && code == "AccessDeniedException")
    return {Cause::denied,
            "Allow the job's role codeartifact:GetAuthorizationToken, codeartifact:GetRepositoryEndpoint, "
            "codeartifact:ReadFromRepository and sts:GetServiceBearerToken, and in the domain's and the "
            "repository's policies where they are another account's."};
  if (status == 400 || status == 401 || status == 403)
    return {Cause::denied, "Check the job's credentials: their keys, their session token and the clock."};
  return {Cause::unavailable, status >= 500 || status == 429 ? "Try again later." : check_endpoint_settings};
}

[[noreturn]] void throw_refusal(const Operation& operation, const CodeArtifactRepository& repository,
                                const HttpResponse& response) {
  const auto error = read_service_error(response);
  const auto [cause, remedy] = meaning_of(response.status, error.code);
  throw Error({.cause = cause,
               .what = fmt::format("CodeArtifact refuses {} for the repository {} ({}).", operation.name,
                                   repository.arn, describe(response.status, error)),
               .remedy = remedy});
}

[[noreturn]] void throw_bad_answer(const Operation& operation, const CodeArtifactRepository& repository,
                                   const char* what) {
  throw Error({.cause = Cause::bad_data,
               .what = fmt::format("CodeArtifact answered {} for the repository {} {}.", operation.name,
                                   repository.arn, what),
               .remedy = check_endpoint_settings});
}

HttpResponse send(const CredentialSources& sources, const HttpRequest& request,
                  const CodeArtifactRepository& repository, const Interrupt& interrupt) try {
  return ask(sources, request, interrupt);
} catch (const TransportError& error) {
  throw Error({.cause = error.failure().cause,
               .what = fmt::format("CodeArtifact does not answer for the repository {}: {}", repository.arn,
                                   error.failure().what),
               .remedy = error.failure().remedy});
}

std::string read_answer(const Operation& operation, const CodeArtifactRepository& repository,
                        const HttpResponse& response) {
  if (response.status != 200) throw_refusal(operation, repository, response);
  const auto answer = read_json_answer(response.body, "CodeArtifact");
  const Dict* object = answer ? answer->dict() : nullptr;
  auto text = object == nullptr ? "" : text_at(*object, operation.member);
  if (text.empty()) throw_bad_answer(operation, repository, "without what was asked for");
  return text;
}

// AWS's own are a few KiB at most, and a variable can hold 128.
constexpr std::size_t max_token_size = std::size_t{32} << 10U;

// std::regex takes stack for each byte.
constexpr std::size_t max_matched_size = 2048;

// So that it can stand in a netrc file, whose words these would end or change.
bool is_token(std::string_view text) {
  return text.size() <= max_token_size &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; }) &&
         text.find_first_of("\"'\\#") == std::string_view::npos;
}

/// Its host becomes a word of a netrc file, and all of it a variable: nothing is let through but what AWS's
/// own have. A userinfo is refused with the rest, and so is http:// from a service that itself speaks https,
/// as the token would go there in the clear.
bool is_endpoint(const std::string& url, const std::string& service_url) {
  static const std::regex pattern("https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?");
  return url.size() <= max_matched_size && std::regex_match(url, pattern) &&
         (url.starts_with("https://") || service_url.starts_with("http://"));
}

}  // namespace

CodeArtifactRepository parse_repository_arn(const std::string& arn) {
  static const std::regex pattern(
      "arn:aws[a-z-]*:codeartifact:([a-z0-9-]+):([0-9]{12}):repository/"
      "([a-z][a-z0-9-]{0,48}[a-z0-9])/([A-Za-z0-9][A-Za-z0-9._-]{1,99})");
  std::smatch parts;
  if (arn.size() <= max_matched_size && std::regex_match(arn, parts, pattern))
    return {.arn = arn, .region = parts[1], .account = parts[2], .domain = parts[3], .name = parts[4]};
  throw Error({.cause = Cause::bad_config,
               .what = fmt::format("CA_REPOSITORY_ARN is \"{}\", expected "
                                   "arn:aws:codeartifact:REGION:ACCOUNT:repository/DOMAIN/REPOSITORY.",
                                   one_line(arn)),
               .remedy = "Correct it, or unset it to install from pip's own index."});
}

CodeArtifactIndex find_codeartifact_index(const CredentialSources& sources,
                                          const CodeArtifactRepository& repository,
                                          const Interrupt& interrupt) {
  const auto credentials = find_credentials(sources, interrupt);
  const auto ask_for = [&](const Operation& operation, QueryParameters query) {
    query.insert(query.end(), {{"domain", repository.domain}, {"domain-owner", repository.account}});
    const ServiceRequest request = {.service = service,
                                    .region = repository.region,
                                    .method = operation.method,
                                    .path = operation.path,
                                    .query = std::move(query)};
    const auto sent = make_signed_request(sources, request, credentials, std::chrono::system_clock::now());
    return read_answer(operation, repository, send(sources, sent, repository, interrupt));
  };

  auto token = ask_for(get_token, {});
  if (!is_token(token)) throw_bad_answer(get_token, repository, "with a token that cannot be one");

  QueryParameters parameters = {{"repository", repository.name}, {"format", "pypi"}};
  if (find_endpoint_variant(sources.env, sources.profile).dual_stack)
    parameters.emplace_back("endpointType", "dualstack");
  auto endpoint = ask_for(get_endpoint, std::move(parameters));
  if (!is_endpoint(endpoint, find_service_endpoint(sources.env, sources.profile, service, repository.region)))
    throw_bad_answer(get_endpoint, repository, "with something else than the https:// URL of an endpoint");
  while (endpoint.ends_with('/')) endpoint.pop_back();
  return {.url = endpoint + "/simple/", .user = "aws", .token = std::move(token)};
}

}  // namespace sm_train
