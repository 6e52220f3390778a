#include "sm_train/aws/codeartifact.hpp"

#include "aws/credential_support.hpp"

using namespace sm_train;
using namespace sm_train::test;

namespace {

const std::string arn = "arn:aws:codeartifact:eu-west-1:123456789012:repository/my-domain/my.repo";
const std::string endpoint =
    "https://my-domain-123456789012.d.codeartifact.eu-west-1.amazonaws.com/pypi/my.repo/";

std::string token_json(const std::string& token) {
  return R"({"authorizationToken": ")" + token + R"(", "expiration": 1.7041646E9})";
}

std::string endpoint_json(const std::string& url) {
  return R"({"repositoryEndpoint": ")" + url + R"("})";
}

/// A CodeArtifact in a function: what it answers to each of the two requests, and those that came.
struct Service {
  HttpResponse token = {.status = 200, .headers = {}, .body = token_json("eyJ2.hidden-token_")};
  HttpResponse endpoint = {.status = 200, .headers = {}, .body = endpoint_json(::endpoint)};
  std::vector<HttpRequest> requests;
};

const EnvVars keys = {{"AWS_ACCESS_KEY_ID", "AKID"}, {"AWS_SECRET_ACCESS_KEY", "hidden-secret"}};

CodeArtifactIndex ask(Service& service, EnvVars env = {}, const std::string& of = arn) {
  env.insert(keys.begin(), keys.end());
  const auto sources = sources_of(env, [&](const HttpRequest& request, const Interrupt&) {
    service.requests.push_back(request);
    return contains(request.url, "/v1/authorization-token?") ? service.token : service.endpoint;
  });
  return find_codeartifact_index(sources, parse_repository_arn(of), {});
}

Failure refusal_by(Service& service, const EnvVars& env = {}) {
  const auto failure = failure_in([&] { ask(service, env); });
  CHECK(contains(failure.what, arn));
  CHECK_FALSE(contains(failure.what + failure.remedy, "hidden"));
  return failure;
}

std::string with_change(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("a repository is read from its ARN, in any partition") {
  const auto repository = parse_repository_arn(arn);
  CHECK(repository.arn == arn);
  CHECK(repository.region == "eu-west-1");
  CHECK(repository.account == "123456789012");
  CHECK(repository.domain == "my-domain");
  CHECK(repository.name == "my.repo");
  for (const auto* partition : {"aws-cn", "aws-us-gov", "aws-iso-b"})
    CHECK(parse_repository_arn(with_change(arn, "aws", partition)).domain == "my-domain");
}

TEST_CASE("what is no ARN of a repository is refused with what was found and what is expected") {
  const auto bad =
      GENERATE_COPY(std::string("arn:bad"), with_change(arn, "aws", "aws" + std::string(100'000, 'a')),
                    with_change(arn, "codeartifact", "s3"), with_change(arn, "arn:aws", "arn:other"),
                    with_change(arn, "eu-west-1", "evil.com/"), with_change(arn, "eu-west-1", ""),
                    with_change(arn, "123456789012", "12345"), with_change(arn, "repository/", "package/"),
                    with_change(arn, "my-domain", "My domain"), with_change(arn, "my.repo", "my/repo"),
                    with_change(arn, "my.repo", "a&format=npm"), arn + "\n", " " + arn);
  const auto failure = failure_in([&] { parse_repository_arn(bad); });
  CHECK(failure.cause == Cause::bad_config);
  CHECK(contains(failure.what, "CA_REPOSITORY_ARN is \"" + bad.substr(0, 7)));
  CHECK(contains(failure.what, "expected arn:aws:codeartifact:REGION:ACCOUNT:repository/DOMAIN/REPOSITORY"));
}

TEST_CASE("the index is the repository's endpoint, and the token is its password and no part of its URL") {
  Service service;
  const auto index = ask(service);
  CHECK(index.url == endpoint + "simple/");
  CHECK(index.user == "aws");
  CHECK(index.token == "eyJ2.hidden-token_");
  REQUIRE(service.requests.size() == 2);
  CHECK(service.requests[0].method == "POST");
  CHECK(service.requests[0].url ==
        "https://codeartifact.eu-west-1.amazonaws.com/v1/authorization-token"
        "?domain=my-domain&domain-owner=123456789012");
  CHECK(service.requests[1].method == "GET");
  CHECK(service.requests[1].url ==
        "https://codeartifact.eu-west-1.amazonaws.com/v1/repository/endpoint"
        "?domain=my-domain&domain-owner=123456789012&format=pypi&repository=my.repo");
  for (const auto& request : service.requests)
    CHECK(contains(std::string(find_header(request.headers, "Authorization")),
                   "/eu-west-1/codeartifact/aws4_request, SignedHeaders=host;x-amz-date, Signature="));
}

TEST_CASE("the ARN's region counts and not the job's, and the settings of endpoints do") {
  Service service;
  ask(service, {{"AWS_REGION", "us-east-1"}}, with_change(arn, "eu-west-1", "cn-north-1"));
  CHECK(service.requests.back().url.starts_with("https://codeartifact.cn-north-1.amazonaws.com.cn/v1/"));
  ask(service, {{"AWS_ENDPOINT_URL_CODEARTIFACT", "http://localhost:1"}});
  CHECK(service.requests.back().url.starts_with("http://localhost:1/v1/"));
  ask(service, {{"AWS_USE_DUALSTACK_ENDPOINT", "true"}});
  CHECK(service.requests.back().url ==
        "https://codeartifact.eu-west-1.api.aws/v1/repository/endpoint"
        "?domain=my-domain&domain-owner=123456789012&endpointType=dualstack&format=pypi&repository=my.repo");
}

TEST_CASE("each refusal is told in the words of the service, with the repository and a remedy of its own") {
  const auto [status, code, cause, remedy] = GENERATE(table<int, std::string, Cause, std::string>({
      {403, "AccessDeniedException", Cause::denied, "sts:GetServiceBearerToken"},
      {403, "ExpiredTokenException", Cause::denied, "session token"},
      {400, "UnrecognizedClientException", Cause::denied, "credentials"},
      {404, "ResourceNotFoundException", Cause::no_input, "the domain and the repository"},
      {400, "ValidationException", Cause::bad_config, "CA_REPOSITORY_ARN"},
      {500, "InternalServerException", Cause::unavailable, "later"},
      {429, "ThrottlingException", Cause::unavailable, "later"},
      {418, "", Cause::unavailable, "AWS_ENDPOINT_URL_CODEARTIFACT"},
  }));
  const HttpResponse refusal = {.status = status,
                                .headers = {{"x-amzn-ErrorType", code + ":"}},
                                .body = R"({"message": "Words of the service."})"};
  const bool is_of_token = GENERATE(true, false);
  Service service;
  (is_of_token ? service.token : service.endpoint) = refusal;
  const auto failure = refusal_by(service);
  CHECK(failure.cause == cause);
  CHECK(contains(failure.what, is_of_token ? "GetAuthorizationToken" : "GetRepositoryEndpoint"));
  CHECK(contains(failure.what, std::to_string(status) + (code.empty() ? "" : " " + code) + ": Words of"));
  CHECK(contains(failure.remedy, remedy));
  const bool may_pass = cause == Cause::unavailable && status != 418;
  CHECK(service.requests.size() == (is_of_token ? 0U : 1U) + (may_pass ? 3U : 1U));
}

TEST_CASE("an answer without a token or an endpoint is an error without its text") {
  Service service;
  service.token.body =
      GENERATE(as<std::string>(), "", "<html>hidden</html>", "[\"hidden\"]", R"({"authorizationToken": 7})",
               R"({"token": "hidden"})", token_json(""), token_json("hidden token"), token_json("hidden\\n"),
               token_json("hidden#"), token_json("hidden\\\""), token_json("hidden\\u00e9"),
               token_json("hidden" + std::string(100'000, 'a')));
  CHECK(refusal_by(service).cause == Cause::bad_data);
}

TEST_CASE("an endpoint that is no plain URL is not taken") {
  Service service;
  service.endpoint.body = endpoint_json(GENERATE(
      as<std::string>(), "", "hidden", "ftp://hidden/", "https://", "https:///hidden",
      "https://user:hidden@host/", "https://host/hidden?a=b", "https://host/#hidden", "https://host hidden/",
      "https://host/\\nmachine hidden", "http://host/hidden/", "https://host/" + std::string(100'000, 'a')));
  CHECK(refusal_by(service).cause == Cause::bad_data);
}

TEST_CASE("an endpoint without TLS is taken from a service that is itself asked without") {
  Service service;
  service.endpoint.body = endpoint_json("http://localhost:4566/pypi/my.repo");
  CHECK(ask(service, {{"AWS_ENDPOINT_URL", "http://localhost:4566"}}).url ==
        "http://localhost:4566/pypi/my.repo/simple/");
}

TEST_CASE("a service that does not answer is named with the repository, after three attempts") {
  int attempts = 0;
  const auto sources = sources_of(keys, [&](const HttpRequest&, const Interrupt&) -> HttpResponse {
    ++attempts;
    throw TransportError({.cause = Cause::unavailable, .what = "No connection.", .remedy = "Connect."});
  });
  const auto failure = failure_in([&] { find_codeartifact_index(sources, parse_repository_arn(arn), {}); });
  CHECK(failure.cause == Cause::unavailable);
  CHECK(contains(failure.what, arn + ": No connection."));
  CHECK(attempts == 3);
}

TEST_CASE("without credentials nothing is asked") {
  bool asked = false;
  const auto sources = sources_of({{"AWS_EC2_METADATA_DISABLED", "true"}, {"HOME", "/nonexistent"}},
                                  [&](const HttpRequest&, const Interrupt&) -> HttpResponse {
                                    asked = true;
                                    return {};
                                  });
  const auto failure = failure_in([&] { find_codeartifact_index(sources, parse_repository_arn(arn), {}); });
  CHECK(failure.cause == Cause::denied);
  CHECK_FALSE(asked);
}
