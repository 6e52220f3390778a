#include "sm_train/aws/s3.hpp"

#include <ctime>
#include <sstream>

#include "catch.hpp"
#include "sm_train/aws/sigv4.hpp"
#include "sm_train/system/digest.hpp"
#include "support/interrupter.hpp"
#include "support/tcp_server.hpp"

using namespace sm_train;
using test::Connection;
using test::http_answer;
using test::ReceivedRequest;
using test::TcpServer;

namespace {

const std::string secret = "the-secret-key";
const S3Uri uri = {"bucket", "a b/../c//é?.tar.gz"};
const std::string uri_text = "s3://bucket/a b/../c//é?.tar.gz";
constexpr auto no_wait = [](int) { return std::chrono::milliseconds(0); };

std::string quoted(const std::string& text) {
  return "\"" + text + "\"";
}

std::string etag_of(const std::string& body) {
  Digest md5(DigestAlgorithm::md5);
  md5.update(body);
  return quoted(to_hex(md5.finish()));
}

std::string error_xml(const std::string& code, const std::string& more = "") {
  return "<Error><Code>" + code + "</Code><Message>Words.</Message>" + more + "</Error>";
}

// One answer a request, in their order; the last one again and again.
using Answers = std::vector<TcpServer::Handle>;

TcpServer::Handle in_order(Answers answers) {
  return [answers = std::move(answers), next = std::size_t{0}](const ReceivedRequest& request,
                                                               Connection& c) mutable {
    answers.at(next)(request, c);
    if (next + 1 < answers.size()) ++next;
  };
}

TcpServer::Handle saying(std::string answer) {
  return [answer = std::move(answer)](const ReceivedRequest&, Connection& c) { c.send(answer); };
}

TcpServer::Handle giving(const std::string& body) {
  return saying(http_answer(200, body, {{"ETag", etag_of(body)}}));
}

// `size` bytes of the object from where the request wants it, then the connection ends.
TcpServer::Handle breaking_off_after(std::size_t size, const std::string& body, bool by_reset = false) {
  return [=](const ReceivedRequest& request, Connection& c) {
    const auto range = request.headers.find("range");
    const std::size_t start = range == request.headers.end() ? 0 : std::stoul(range->second.substr(6));
    std::map<std::string, std::string> headers = {{"ETag", etag_of(body)}};
    if (start > 0)
      headers["Content-Range"] = "bytes " + std::to_string(start) + "-" + std::to_string(body.size() - 1) +
                                 "/" + std::to_string(body.size());
    const auto answer = http_answer(start > 0 ? 206 : 200, body.substr(start), headers);
    const auto head_size = answer.size() - (body.size() - start);
    c.send(answer.substr(0, head_size + size));
    if (by_reset) c.reset();
  };
}

S3Options options_for(const TcpServer& server) {
  return {.env = {{"AWS_ACCESS_KEY_ID", "key:id"},
                  {"AWS_SECRET_ACCESS_KEY", secret},
                  {"AWS_SESSION_TOKEN", "the-token"},
                  {"AWS_REGION", "us-east-1"},
                  {"AWS_ENDPOINT_URL_S3", server.url()}},
          .backoff = no_wait};
}

std::string read_all(const S3Object& object) {
  std::string bytes;
  for (auto block = object.bytes(); !block.empty(); block = object.bytes()) bytes += block;
  return bytes;
}

std::string fetch(const TcpServer& server) {
  return read_all(open_s3_object(uri, options_for(server)));
}

Failure failure_of_fetch(const S3Options& options, const S3Uri& of = uri) {
  try {
    read_all(open_s3_object(of, options));
  } catch (const Error& error) {
    const auto& failure = error.failure();
    CHECK(failure.what.starts_with(to_string(of) + ": "));
    CHECK_FALSE(failure.remedy.empty());
    CHECK((failure.what + failure.remedy).find(secret) == std::string::npos);
    CHECK((failure.what + failure.remedy).find("the-token") == std::string::npos);
    return failure;
  }
  FAIL("nothing was thrown");
  return {};
}

// What the server received carries the signature that it must have for `region`.
bool is_signed_for(const std::string& region, const ReceivedRequest& request) {
  const auto authorization = request.headers.at("authorization");
  const auto list_start = authorization.find("SignedHeaders=") + std::string("SignedHeaders=").size();
  std::istringstream names(
      authorization.substr(list_start, authorization.find(',', list_start) - list_start));
  HttpHeaders headers;
  for (std::string name; std::getline(names, name, ';');)
    headers.emplace_back(name, request.headers.at(name));
  std::tm time{};
  ::strptime(request.headers.at("x-amz-date").c_str(), "%Y%m%dT%H%M%SZ", &time);
  const auto expected =
      sign({.path = request.target,
            .headers = headers,
            .payload_hash = request.headers.at("x-amz-content-sha256")},
           {.region = region,
            .service = "s3",
            .time = std::chrono::system_clock::from_time_t(::timegm(&time)),
            .normalize_path = false,
            .double_encode_path = false},
           {.access_key_id = "key:id", .secret_access_key = secret, .session_token = "the-token"});
  return authorization == find_header(expected.headers, "Authorization");
}

}  // namespace

TEST_CASE("an object is fetched with one signed request, its key encoded once") {
  const std::string body(300'000, 'x');
  TcpServer server(giving(body));
  CHECK(fetch(server) == body);
  REQUIRE(server.requests().size() == 1);
  const auto request = server.requests()[0];
  CHECK(request.method == "GET");
  CHECK(request.target == "/bucket/a%20b/../c//%C3%A9%3F.tar.gz");
  CHECK(is_signed_for("us-east-1", request));
  CHECK_FALSE(request.headers.contains("range"));
}

TEST_CASE("an empty object gives no block, again and again") {
  TcpServer server(giving(""));
  const auto source = open_s3_object(uri, options_for(server)).bytes;
  CHECK(source().empty());
  CHECK(source().empty());
}

TEST_CASE("a transfer that breaks is resumed where it stopped, if the object is still the same") {
  const bool by_reset = GENERATE(false, true);
  const std::string body = "0123456789abcdef";
  TcpServer server(in_order({breaking_off_after(4, body), breaking_off_after(6, body, by_reset),
                             breaking_off_after(body.size(), body)}));
  CHECK(fetch(server) == body);
  const auto requests = server.requests();
  REQUIRE(requests.size() == 3);
  CHECK(requests[1].headers.at("range") == "bytes=4-");
  CHECK(requests[1].headers.at("if-match") == etag_of(body));
  CHECK(is_signed_for("us-east-1", requests[1]));
  CHECK(is_signed_for("us-east-1", requests[2]));
}

TEST_CASE("a transfer that stalls is resumed") {
  const std::string body = "0123456789";
  TcpServer server(in_order({[&](const ReceivedRequest& request, Connection& c) {
                               breaking_off_after(3, body)(request, c);
                               c.wait_for_close();
                             },
                             breaking_off_after(body.size(), body)}));
  auto options = options_for(server);
  options.stall_timeout = std::chrono::milliseconds(100);
  CHECK(read_all(open_s3_object(uri, options)) == body);
  CHECK(server.requests().size() == 2);
}

TEST_CASE("server faults, throttling and timeouts are tried again") {
  const std::string body = "bytes";
  TcpServer server(
      in_order({saying(http_answer(503, error_xml("SlowDown"))), saying(http_answer(500, "")),
                saying(http_answer(400, error_xml("RequestTimeout"))), saying(""), giving(body)}));
  CHECK(fetch(server) == body);
  CHECK(server.requests().size() == 5);
}

TEST_CASE("after five failures in a row the error says so, with the last one's words") {
  TcpServer server(saying(http_answer(503, error_xml("SlowDown"))));
  const auto failure = failure_of_fetch(options_for(server));
  CHECK(failure.cause == Cause::unavailable);
  CHECK(failure.what.find("after 5 attempts") != std::string::npos);
  CHECK(failure.what.find("503 SlowDown: Words.") != std::string::npos);
  CHECK(server.requests().size() == 5);
}

TEST_CASE("where nobody listens the error names the endpoint") {
  const auto endpoint = "http://127.0.0.1:" + std::to_string(test::unused_port());
  S3Options options = {
      .env = {{"AWS_ACCESS_KEY_ID", "id"}, {"AWS_SECRET_ACCESS_KEY", secret}, {"S3_ENDPOINT_URL", endpoint}},
      .backoff = no_wait};
  const auto failure = failure_of_fetch(options);
  CHECK(failure.cause == Cause::unavailable);
  CHECK(failure.what.find(endpoint) != std::string::npos);
}

TEST_CASE("the waits between attempts are those of the backoff, and new bytes start them anew") {
  const std::string body = "0123456789";
  TcpServer server(in_order({saying(http_answer(500, "")), saying(http_answer(500, "")),
                             breaking_off_after(5, body), breaking_off_after(5, body)}));
  std::vector<int> failures;
  auto options = options_for(server);
  options.backoff = [&](int count) {
    failures.push_back(count);
    return std::chrono::milliseconds(0);
  };
  CHECK(read_all(open_s3_object(uri, options)) == body);
  CHECK(failures == std::vector{1, 2, 1});
}

TEST_CASE("an interrupt ends the wait between attempts at once") {
  const test::Interrupter interrupter;
  TcpServer server([&](const ReceivedRequest&, Connection& c) { c.send(http_answer(503, "")); });
  auto options = options_for(server);
  options.backoff = [&](int) {
    interrupter.raise();
    return std::chrono::hours(1);
  };
  CHECK_THROWS_AS(open_s3_object(uri, options, interrupter.interrupt()), test::Interrupted);
}

TEST_CASE("a wrong region is corrected once, from the header or the XML, and signed anew") {
  const auto wrong =
      GENERATE(http_answer(301, error_xml("PermanentRedirect"), {{"x-amz-bucket-region", "eu-west-1"}}),
               http_answer(400, error_xml("AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>")));
  TcpServer server(in_order({saying(wrong), giving("bytes")}));
  CHECK(fetch(server) == "bytes");
  REQUIRE(server.requests().size() == 2);
  CHECK(is_signed_for("us-east-1", server.requests()[0]));
  CHECK(is_signed_for("eu-west-1", server.requests()[1]));
}

TEST_CASE("a second redirect is an error, and so is one without a region") {
  const auto elsewhere = [](const std::string& region) {
    return saying(http_answer(301, error_xml("PermanentRedirect"), {{"x-amz-bucket-region", region}}));
  };
  const bool names_region = GENERATE(false, true);
  TcpServer server(names_region ? in_order({elsewhere("eu-west-1"), elsewhere("eu-west-2")}) : elsewhere(""));
  const auto failure = failure_of_fetch(options_for(server));
  CHECK(failure.cause == Cause::bad_config);
  CHECK(failure.remedy.find("AWS_REGION") != std::string::npos);
  CHECK(server.requests().size() == (names_region ? 2 : 1));
}

TEST_CASE("a clock that is too far off is corrected once from the Date header") {
  const auto skewed =
      http_answer(403, error_xml("RequestTimeTooSkewed"), {{"Date", "Fri, 24 May 2013 00:00:30 GMT"}});
  TcpServer server(in_order({saying(skewed), giving("bytes")}));
  CHECK(fetch(server) == "bytes");
  const auto request = server.requests().at(1);
  CHECK(request.headers.at("x-amz-date").starts_with("20130524T0000"));
  CHECK(is_signed_for("us-east-1", request));

  TcpServer never_content(saying(skewed));
  const auto failure = failure_of_fetch(options_for(never_content));
  CHECK(failure.cause == Cause::denied);
  CHECK(failure.what.find("clock") != std::string::npos);
  CHECK(never_content.requests().size() == 2);
}

TEST_CASE("a session that has expired is renewed once, and the object asked for again") {
  std::atomic<int> sessions = 0;
  TcpServer agent([&](const ReceivedRequest&, Connection& c) {
    c.send(http_answer(200, R"({"AccessKeyId": "id)" + std::to_string(++sessions) +
                                R"(", "SecretAccessKey": "s", "Token": "t"})"));
  });
  const bool stays_expired = GENERATE(false, true);
  const auto expired = saying(http_answer(400, error_xml("ExpiredToken")));
  TcpServer server(stays_expired ? expired : in_order({expired, giving("bytes")}));
  const S3Options options = {.env = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.url()},
                                     {"HOME", "/nonexistent"},
                                     {"AWS_ENDPOINT_URL_S3", server.url()}},
                             .backoff = no_wait};
  if (stays_expired)
    CHECK(failure_of_fetch(options).what.find("expired") != std::string::npos);
  else
    CHECK(read_all(open_s3_object(uri, options)) == "bytes");
  REQUIRE(server.requests().size() == 2);
  CHECK(server.requests()[0].headers.at("authorization").find("Credential=id1/") != std::string::npos);
  CHECK(server.requests()[1].headers.at("authorization").find("Credential=id2/") != std::string::npos);
}

TEST_CASE("credentials that are about to end are renewed before the request") {
  std::atomic<int> sessions = 0;
  TcpServer agent([&](const ReceivedRequest&, Connection& c) {
    const bool is_first = ++sessions == 1;
    c.send(http_answer(200, std::string(R"({"AccessKeyId": ")") + (is_first ? "old" : "new") +
                                R"(", "SecretAccessKey": "s", "Token": "t", "Expiration": ")" +
                                (is_first ? "2020" : "2120") + R"(-01-01T00:00:00Z"})"));
  });
  TcpServer server(giving("bytes"));
  CHECK(read_all(open_s3_object(uri, {.env = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.url()},
                                              {"HOME", "/nonexistent"},
                                              {"AWS_ENDPOINT_URL_S3", server.url()}},
                                      .backoff = no_wait})) == "bytes");
  CHECK(server.requests().at(0).headers.at("authorization").find("Credential=new/") != std::string::npos);
}

TEST_CASE("a refusal or a missing object is told at once, when the object is opened") {
  const auto [status, code, cause] =
      GENERATE(table<int, std::string, Cause>({{403, "AccessDenied", Cause::denied},
                                               {403, "SignatureDoesNotMatch", Cause::denied},
                                               {400, "ExpiredToken", Cause::denied},
                                               {404, "NoSuchBucket", Cause::no_input},
                                               {404, "NoSuchKey", Cause::no_input}}));
  TcpServer server(saying(http_answer(status, error_xml(code))));
  CHECK_THROWS_AS(open_s3_object(uri, options_for(server)), Error);
  const auto failure = failure_of_fetch(options_for(server));
  CHECK(failure.cause == cause);
  CHECK(failure.what.find(code) != std::string::npos);
  CHECK(server.requests().size() == 2);
}

TEST_CASE("an object that is replaced while it is read is an error") {
  const std::string body = "0123456789";
  const auto replaced =
      GENERATE(http_answer(412, error_xml("PreconditionFailed")),
               http_answer(206, "456789", {{"ETag", quoted("other")}, {"Content-Range", "bytes 4-9/10"}}));
  TcpServer server(in_order({breaking_off_after(4, body), saying(replaced)}));
  const auto failure = failure_of_fetch(options_for(server));
  CHECK(failure.cause == Cause::bad_data);
  CHECK(failure.what.find("replaced") != std::string::npos);
}

TEST_CASE("a rest that does not begin where the transfer broke is refused") {
  const std::string body = "0123456789";
  const auto wrong =
      GENERATE_COPY(http_answer(200, body, {{"ETag", etag_of(body)}}),
                    http_answer(206, "56789", {{"ETag", etag_of(body)}, {"Content-Range", "bytes 5-9/10"}}));
  TcpServer server(in_order({breaking_off_after(4, body), saying(wrong)}));
  const auto failure = failure_of_fetch(options_for(server));
  CHECK(failure.cause == Cause::unavailable);
  CHECK(failure.what.find("byte 4") != std::string::npos);
}

TEST_CASE("a transfer without an ETag is not resumed, as the rest could be another object's") {
  TcpServer server(saying("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"));
  const auto failure = failure_of_fetch(options_for(server));
  CHECK(failure.cause == Cause::unavailable);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("bytes that do not match a plain MD5 ETag are an error at their end") {
  TcpServer server(saying(http_answer(200, "bytes", {{"ETag", etag_of("other bytes")}})));
  const auto failure = failure_of_fetch(options_for(server));
  CHECK(failure.cause == Cause::bad_data);
  CHECK(failure.what.find("ETag") != std::string::npos);
}

TEST_CASE("an ETag that is no MD5 of the object is not compared") {
  const auto other = etag_of("other bytes");
  using Headers = std::map<std::string, std::string>;
  const auto headers = GENERATE_COPY(
      Headers{{"ETag", quoted(other.substr(1, 32) + "-3")}},
      Headers{{"ETag", other}, {"x-amz-server-side-encryption", "aws:kms"}},
      Headers{{"ETag", other}, {"x-amz-server-side-encryption-customer-algorithm", "AES256"}}, Headers{});
  TcpServer server(saying(http_answer(200, "bytes", headers)));
  CHECK(fetch(server) == "bytes");
}

TEST_CASE("the MD5 is compared where S3's own keys encrypt the object") {
  TcpServer server(saying(
      http_answer(200, "bytes", {{"ETag", etag_of("other")}, {"x-amz-server-side-encryption", "AES256"}})));
  CHECK(failure_of_fetch(options_for(server)).cause == Cause::bad_data);
}

TEST_CASE("without credentials the error names the object, and what was tried") {
  const auto failure = failure_of_fetch(
      {.env = {{"HOME", "/nonexistent"}, {"AWS_EC2_METADATA_DISABLED", "true"}}, .backoff = no_wait});
  CHECK(failure.cause == Cause::denied);
  CHECK(failure.what.find("environment:") != std::string::npos);
}
