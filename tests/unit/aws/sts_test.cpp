#include "sm_train/aws/sts.hpp"

#include "aws/credential_support.hpp"

using namespace sm_train;
using namespace sm_train::test;

namespace {

const Credentials caller = {
    .access_key_id = "AKIDEXAMPLE", .secret_access_key = "hidden-secret", .session_token = "hidden-token"};

std::string identity_xml(const std::string& arn) {
  return "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
         "<GetCallerIdentityResult><Arn>" +
         arn + "</Arn><UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult>" +
         "</GetCallerIdentityResponse>";
}

CallerIdentity ask(const TcpServer& sts) {
  return get_caller_identity(sources_of({{"AWS_ENDPOINT_URL_STS", sts.url()}}), caller, {});
}

}  // namespace

TEST_CASE("STS tells whose credentials sign the request") {
  const TcpServer sts([](const ReceivedRequest&, Connection& c) {
    c.send(http_answer(200, identity_xml("arn:aws:iam::123456789012:user/me")));
  });
  const CallerIdentity identity = ask(sts);
  CHECK(identity.arn == "arn:aws:iam::123456789012:user/me");
  CHECK(identity.account == "123456789012");
  const ReceivedRequest request = sts.requests().at(0);
  CHECK(request.body == "Action=GetCallerIdentity&Version=2011-06-15");
  CHECK(contains(request.headers.at("authorization"), "Credential=AKIDEXAMPLE/"));
  CHECK(contains(request.headers.at("authorization"), "/us-east-1/sts/aws4_request"));
  CHECK(request.headers.at("x-amz-security-token") == "hidden-token");
}

TEST_CASE("what STS says of credentials that it does not take is told, and no secret") {
  const TcpServer sts([](const ReceivedRequest&, Connection& c) {
    c.send(http_answer(403,
                       "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>Too old</Message></Error>"
                       "</ErrorResponse>"));
  });
  const auto failure = failure_in([&] { ask(sts); });
  CHECK(failure.cause == Cause::denied);
  CHECK(contains(failure.what, "403 ExpiredToken: Too old"));
  CHECK_FALSE(contains(failure.what + failure.remedy, "hidden"));
}

TEST_CASE("an answer that names nobody is none, and STS may be out of order") {
  const auto [status, body, cause] = GENERATE(
      table<int, std::string, Cause>({{200, "<html>", Cause::bad_data}, {503, "", Cause::unavailable}}));
  const TcpServer sts([status = status, body = body](const ReceivedRequest&, Connection& c) {
    c.send(http_answer(status, body));
  });
  CHECK(failure_in([&] { ask(sts); }).cause == cause);
}

TEST_CASE("a service is asked as often as the sources say") {
  const TcpServer sts([](const ReceivedRequest&, Connection& c) { c.send(http_answer(503, "")); });
  CredentialSources sources = sources_of({{"AWS_ENDPOINT_URL_STS", sts.url()}});
  sources.attempts = 1;
  failure_in([&] { get_caller_identity(sources, caller, {}); });
  CHECK(sts.requests().size() == 1);
}
