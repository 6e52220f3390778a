#include "aws/credential_support.hpp"

using namespace sm_train;
using namespace sm_train::test;

namespace {

EnvVars env_with(const std::string& token_file, const std::string& sts) {
  return {{"AWS_WEB_IDENTITY_TOKEN_FILE", token_file},
          {"AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/r"},
          {"AWS_ROLE_SESSION_NAME", "session"},
          {"AWS_ENDPOINT_URL_STS", sts}};
}

std::string error_xml(const std::string& code) {
  return "<ErrorResponse><Error><Type>Sender</Type><Code>" + code +
         "</Code><Message>Not &quot;allowed&quot; &amp; so on</Message></Error></ErrorResponse>";
}

}  // namespace

TEST_CASE("the token in the file is exchanged for the role's credentials, and read anew each time") {
  TcpServer sts([](const ReceivedRequest&, Connection& c) { c.send(http_answer(200, sts_answer("ROLE"))); });
  const TempDir dir;
  const auto sources = sources_of(env_with(write(dir, "token", "first\n"), sts.url()));
  const auto credentials = given(web_identity_credentials(sources, {}));
  CHECK(credentials.access_key_id == "ROLE");
  CHECK(credentials.session_token == "role-token");
  CHECK(credentials.expires.has_value());
  write(dir, "token", "second");
  given(web_identity_credentials(sources, {}));
  CHECK(sts.requests().at(0).body ==
        "Action=AssumeRoleWithWebIdentity&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fr&"
        "RoleSessionName=session&Version=2011-06-15&WebIdentityToken=first");
  CHECK(contains(sts.requests().at(1).body, "WebIdentityToken=second"));
  CHECK_FALSE(sts.requests().at(0).headers.contains("authorization"));
}

TEST_CASE("without a token file web identity gives its reason, and without a role it is an error") {
  CHECK(reason(web_identity_credentials(sources_of({}), {})) == "AWS_WEB_IDENTITY_TOKEN_FILE is not set");
  const auto failure = failure_in([] {
    web_identity_credentials(sources_of({{"AWS_WEB_IDENTITY_TOKEN_FILE", "/x"}}), {});
  });
  CHECK(failure.cause == Cause::bad_config);
  CHECK(contains(failure.what, "AWS_ROLE_ARN is not"));
}

TEST_CASE("a token file that cannot be read is named with the variable") {
  const auto failure = failure_in(
      [] { web_identity_credentials(sources_of(env_with("/nonexistent/token", "http://127.0.0.1:1")), {}); });
  CHECK(failure.cause == Cause::denied);
  CHECK(contains(failure.what, "/nonexistent/token: AWS_WEB_IDENTITY_TOKEN_FILE"));
}

TEST_CASE("a refusal of STS is told in its words, with the role and without the token") {
  TcpServer sts(
      [](const ReceivedRequest&, Connection& c) { c.send(http_answer(403, error_xml("AccessDenied"))); });
  const TempDir dir;
  const auto failure = failure_in(
      [&] { web_identity_credentials(sources_of(env_with(write(dir, "token", "hidden"), sts.url())), {}); });
  CHECK(failure.cause == Cause::denied);
  CHECK(
      contains(failure.what, "arn:aws:iam::123456789012:role/r (403 AccessDenied: Not \"allowed\" & so on)"));
  CHECK_FALSE(contains(failure.what + failure.remedy, "hidden"));
  CHECK(sts.requests().size() == 1);
}

TEST_CASE("STS is asked again where its failure may pass, and given up after three attempts") {
  const auto [status, code] = GENERATE(table<int, std::string>(
      {{500, "InternalFailure"}, {400, "IDPCommunicationError"}, {400, "Throttling"}}));
  TcpServer sts([status = status, code = code](const ReceivedRequest&, Connection& c) {
    c.send(http_answer(status, error_xml(code)));
  });
  const TempDir dir;
  const auto failure = failure_in(
      [&] { web_identity_credentials(sources_of(env_with(write(dir, "token", "t"), sts.url())), {}); });
  CHECK(failure.cause == (status == 500 ? Cause::unavailable : Cause::denied));
  CHECK(sts.requests().size() == 3);
}

TEST_CASE("an answer of something else than STS is an error without its text") {
  TcpServer sts([](const ReceivedRequest&, Connection& c) {
    c.send(http_answer(200, "<html><SecretAccessKey>hidden</SecretAccessKey></html>"));
  });
  const TempDir dir;
  const auto failure = failure_in(
      [&] { web_identity_credentials(sources_of(env_with(write(dir, "token", "t"), sts.url())), {}); });
  CHECK(failure.cause == Cause::bad_data);
  CHECK_FALSE(contains(failure.what + failure.remedy, "hidden"));
}

TEST_CASE("STS is asked in the region that is configured") {
  TcpServer sts([](const ReceivedRequest&, Connection& c) { c.send(http_answer(200, sts_answer("ROLE"))); });
  const auto [region, url] =
      GENERATE(table<std::string, std::string>({{"", "https://sts.us-east-1.amazonaws.com/"},
                                                {"cn-north-1", "https://sts.cn-north-1.amazonaws.com.cn/"}}));
  const TempDir dir;
  auto env = env_with(write(dir, "token", "t"), "");
  env["AWS_REGION"] = region;
  std::vector<HttpRequest> requests;
  given(web_identity_credentials(sources_of(env, sent_to(sts, requests)), {}));
  CHECK(requests.at(0).url == url);
}
