#include "sm_train/aws/s3.hpp"

#include "aws/s3_support.hpp"
#include "support/interrupter.hpp"

using namespace sm_train;
using namespace sm_train::test;

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
  CHECK(requests[1].headers.at("range") == "bytes=4-15");
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
  CHECK(failure.what.find("the bytes from 4 on") != std::string::npos);
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
