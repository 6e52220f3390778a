#include "sm_train/aws/s3_request.hpp"

#include "aws/credential_support.hpp"
#include "support/interrupter.hpp"

using namespace sm_train;
using namespace sm_train::test;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr auto no_wait = [](int) { return std::chrono::milliseconds(0); };
const auto now = std::chrono::system_clock::from_time_t(1'893'456'000);  // 2030-01-01T00:00:00Z

// Access with credentials that end at `end`, and where to ask for new ones.
S3Access access_until(std::chrono::system_clock::time_point end, const std::string& agent) {
  S3Access access;
  access.sources = sources_of({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", agent}});
  access.credentials = {.access_key_id = "old", .secret_access_key = "s", .expires = end};
  access.renew_at = end - minutes(5);
  return access;
}

std::string answer_until(const std::string& end) {
  return http_answer(
      200, R"({"AccessKeyId": "new", "SecretAccessKey": "s", "Token": "t", "Expiration": ")" + end + "\"}");
}

EnvVars instance_env(const std::string& url) {
  return {{"HOME", "/nonexistent"}, {"AWS_EC2_METADATA_SERVICE_ENDPOINT", url}};
}

void answer_as_instance(const ReceivedRequest& request, Connection& c) {
  if (request.target == "/latest/meta-data/placement/region")
    c.send(http_answer(200, "eu-west-3\n"));
  else if (request.target.ends_with("/security-credentials/"))
    c.send(http_answer(200, "role"));
  else
    c.send(http_answer(200, service_answer));
}

}  // namespace

TEST_CASE("credentials are asked for again within five minutes of their end, and not before") {
  TcpServer agent(
      [](const ReceivedRequest&, Connection& c) { c.send(answer_until("2030-01-01T09:00:00Z")); });
  auto access = access_until(now + minutes(5) + seconds(1), agent.url());
  refresh_credentials(access, now, {});
  CHECK(access.credentials.access_key_id == "old");
  refresh_credentials(access, now + seconds(1), {});
  CHECK(access.credentials.access_key_id == "new");
  CHECK(access.renew_at == now + hours(9) - minutes(5));
  CHECK(agent.requests().size() == 1);
}

TEST_CASE("new credentials that end as soon are asked for once a minute only") {
  TcpServer agent(
      [](const ReceivedRequest&, Connection& c) { c.send(answer_until("2030-01-01T00:02:00Z")); });
  auto access = access_until(now + minutes(2), agent.url());
  for (const auto at : {seconds(0), seconds(1), seconds(59), seconds(60)})
    refresh_credentials(access, now + at, {});
  CHECK(agent.requests().size() == 2);
}

TEST_CASE("where no new credentials can be had the old ones stay as long as they last") {
  TcpServer agent([](const ReceivedRequest&, Connection& c) { c.send(http_answer(403, "")); });
  auto access = access_until(now + minutes(2), agent.url());
  refresh_credentials(access, now, {});
  CHECK(access.credentials.access_key_id == "old");
  CHECK(access.renew_at == now + minutes(1));
  CHECK_THROWS_AS(refresh_credentials(access, now + minutes(2), {}), Error);
}

TEST_CASE("credentials without an end are never asked for again by the clock") {
  const auto access =
      find_s3_access({{"AWS_ACCESS_KEY_ID", "id"}, {"AWS_SECRET_ACCESS_KEY", "s"}}, no_wait, {});
  CHECK(access.renew_at == std::chrono::system_clock::time_point::max());
}

TEST_CASE("the instance tells the region where its role gives the credentials and no setting says") {
  TcpServer instance(answer_as_instance);
  auto env = instance_env(instance.url());
  CHECK(find_s3_access(env, no_wait, {}).region == "eu-west-3");
  env["AWS_REGION"] = "eu-west-1";
  CHECK(find_s3_access(env, no_wait, {}).region == "eu-west-1");
}

TEST_CASE("the instance is not asked for a region where its role gives no credentials") {
  TcpServer instance(answer_as_instance);
  auto env = instance_env(instance.url());
  env["AWS_ACCESS_KEY_ID"] = "id";
  env["AWS_SECRET_ACCESS_KEY"] = "s";
  CHECK(find_s3_access(env, no_wait, {}).region == "us-east-1");
  CHECK(instance.requests().empty());
}

TEST_CASE("an instance that does not tell its region leaves us-east-1") {
  TcpServer instance([](const ReceivedRequest& request, Connection& c) {
    if (request.target == "/latest/meta-data/placement/region")
      c.send(http_answer(200, "evil.com/"));
    else
      answer_as_instance(request, c);
  });
  CHECK(find_s3_access(instance_env(instance.url()), no_wait, {}).region == "us-east-1");
}

TEST_CASE("a request to an access point is signed for the region of its ARN") {
  S3Access access;
  access.region = "us-east-1";
  access.endpoint = aws_s3_endpoint("us-east-1");
  access.credentials = {.access_key_id = "id", .secret_access_key = "s"};
  const auto request =
      make_request(access, {.uri = {"arn:aws:s3:eu-west-1:123456789012:accesspoint/p", "k"}}, now);
  CHECK(request.url == "https://p-123456789012.s3-accesspoint.eu-west-1.amazonaws.com/k");
  CHECK(contains(std::string(find_header(request.headers, "Authorization")), "/eu-west-1/s3/aws4_request"));
}

TEST_CASE("a version, a query and a body are sent and signed") {
  S3Access access;
  access.region = "us-east-1";
  access.endpoint = {.url = "http://localhost:9", .is_custom = true, .variant = {}};
  access.credentials = {.access_key_id = "id", .secret_access_key = "s"};
  const auto request = make_request(access,
                                    {.method = "PUT",
                                     .uri = {"b", "k", "3/L4+ x"},
                                     .query = {{"partNumber", "1"}},
                                     .headers = {{"x-amz-request-payer", "requester"}},
                                     .body = "bytes"},
                                    now);
  CHECK(request.method == "PUT");
  CHECK(request.body.view() == "bytes");
  CHECK(request.url == "http://localhost:9/b/k?partNumber=1&versionId=3%2FL4%2B%20x");
  // SHA-256 of "bytes", by sha256sum.
  CHECK(find_header(request.headers, "X-Amz-Content-SHA256") ==
        "277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9");
  CHECK(contains(std::string(find_header(request.headers, "Authorization")),
                 "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-request-payer,"));
}

TEST_CASE("a signal during the renewal of credentials is not taken for its failure") {
  TcpServer agent([](const ReceivedRequest&, Connection& c) { c.wait_for_close(); });
  auto access = access_until(now + minutes(2), agent.url());
  const Interrupter interrupter;
  const Interrupt terminated = {.fd = interrupter.interrupt().fd, .check = [] {
                                  throw Error({.cause = Cause::terminated, .what = "SIGTERM", .remedy = ""});
                                }};
  interrupter.raise();
  CHECK_THROWS_WITH(refresh_credentials(access, now, terminated), "SIGTERM");
}
