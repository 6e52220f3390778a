#include <algorithm>
#include <cstddef>

#include "aws/s3_support.hpp"
#include "sm_train/system/checksum.hpp"
#include "support/interrupter.hpp"

using namespace sm_train;
using namespace sm_train::test;

namespace {

using Headers = std::map<std::string, std::string>;

const std::string body = "0123456789abcdefghijklmnopqrstuvwxyzABCDEF";

struct Range {
  std::size_t first;
  std::size_t last;
};

Range range_of(const ReceivedRequest& request) {
  const auto text = request.headers.at("range");
  return {.first = std::stoul(text.substr(6)), .last = std::stoul(text.substr(text.find('-') + 1))};
}

bool has_range(const ReceivedRequest& request) {
  return request.headers.contains("range");
}

std::string part_answer(const Range& range, const Headers& more = {}) {
  Headers headers = {{"ETag", etag_of(body)},
                     {"Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                           std::to_string(range.last) + "/" + std::to_string(body.size())}};
  for (const auto& [name, value] : more) headers[name] = value;
  return http_answer(206, body.substr(range.first, range.last - range.first + 1), headers);
}

/// Gives the object, or the part of it that is asked for.
void give(const ReceivedRequest& request, Connection& c) {
  if (has_range(request))
    c.send(part_answer(range_of(request)));
  else
    c.send(http_answer(200, body, {{"ETag", etag_of(body)}, {"Accept-Ranges", "bytes"}}));
}

/// The same, but the first request for a part has this answer.
TcpServer::Handle giving_but(TcpServer::Handle fault) {
  return [fault = std::move(fault), is_made = false](const ReceivedRequest& request, Connection& c) mutable {
    if (!has_range(request) || std::exchange(is_made, true)) return give(request, c);
    fault(request, c);
  };
}

S3Options in_parts(const TcpServer& server) {
  auto options = options_for(server);
  options.single_request_size = 0;
  options.part_size = 4;
  options.connections = 3;
  return options;
}

std::vector<std::string> ranges_asked(const TcpServer& server) {
  std::vector<std::string> ranges;
  for (const auto& request : server.requests())
    if (has_range(request)) ranges.push_back(request.headers.at("range"));
  std::ranges::sort(ranges);
  return ranges;
}

}  // namespace

TEST_CASE("the rest of a large object is asked for in parts of the same object, each signed") {
  TcpServer server(give);
  const auto object = open_s3_object(uri, in_parts(server));
  CHECK(object.size == body.size());
  CHECK(read_all(object) == body);
  CHECK(ranges_asked(server) ==
        std::vector<std::string>{"bytes=12-15", "bytes=16-19", "bytes=20-23", "bytes=24-27", "bytes=28-31",
                                 "bytes=32-35", "bytes=36-39", "bytes=4-7", "bytes=40-41", "bytes=8-11"});
  for (const auto& request : server.requests()) {
    CHECK(is_signed_for("us-east-1", request));
    if (has_range(request)) CHECK(request.headers.at("if-match") == etag_of(body));
  }
}

TEST_CASE("an object of any size comes whole, whatever the number of connections and the size of a part") {
  TcpServer server(give);
  auto options = in_parts(server);
  options.connections = GENERATE(1U, 2U, 7U, 50U);
  options.part_size = GENERATE(1U, 6U, 7U, 13U, 20U, 21U, 41U, 42U, 100U);
  CHECK(read_all(open_s3_object(uri, options)) == body);
}

TEST_CASE("a small object takes one request, and so does a large one that has no ranges or no ETag") {
  const auto headers = GENERATE(Headers{{"ETag", etag_of(body)}}, Headers{{"Accept-Ranges", "bytes"}});
  TcpServer without(saying(http_answer(200, body, headers)));
  CHECK(read_all(open_s3_object(uri, in_parts(without))) == body);
  CHECK(without.requests().size() == 1);

  TcpServer small(give);
  auto options = in_parts(small);
  options.single_request_size = body.size();
  CHECK(read_all(open_s3_object(uri, options)) == body);
  CHECK(small.requests().size() == 1);
}

TEST_CASE("a part that fails or breaks off is asked for again, from where it stopped") {
  const auto fault = GENERATE(0, 1, 2);
  TcpServer server(giving_but([=](const ReceivedRequest& request, Connection& c) {
    if (fault == 0) return static_cast<void>(c.send(http_answer(503, error_xml("SlowDown"))));
    const auto answer = part_answer(range_of(request));
    c.send(answer.substr(0, answer.size() - 1));
    if (fault == 2) c.reset();
  }));
  CHECK(read_all(open_s3_object(uri, in_parts(server))) == body);
  for (const auto& request : server.requests()) CHECK(is_signed_for("us-east-1", request));
}

TEST_CASE("a part that comes shorter than it was asked for is asked for again from its end") {
  TcpServer server(giving_but([](const ReceivedRequest& request, Connection& c) {
    auto range = range_of(request);
    --range.last;
    c.send(part_answer(range));
  }));
  CHECK(read_all(open_s3_object(uri, in_parts(server))) == body);
}

TEST_CASE("an object that is replaced between two parts is a mismatch") {
  const auto replaced = GENERATE(0, 1, 2);
  TcpServer server(giving_but([=](const ReceivedRequest& request, Connection& c) {
    const auto range = range_of(request);
    const auto answers = std::vector{
        http_answer(412, error_xml("PreconditionFailed")), part_answer(range, {{"ETag", "\"other\""}}),
        part_answer(range, {{"Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                                  std::to_string(range.last) + "/41"}})};
    c.send(answers[static_cast<std::size_t>(replaced)]);
  }));
  const auto object = open_s3_object(uri, in_parts(server));
  CHECK_THROWS_AS(read_all(object), S3Mismatch);
}

TEST_CASE("an answer with other bytes than those of the part is refused") {
  const auto wrong = GENERATE(0, 1, 2);
  TcpServer server(giving_but([=](const ReceivedRequest& request, Connection& c) {
    auto range = range_of(request);
    if (wrong == 0) return static_cast<void>(c.send(http_answer(200, body, {{"ETag", etag_of(body)}})));
    if (wrong == 1) return static_cast<void>(c.send(part_answer(range, {{"Content-Range", "bytes x-y/z"}})));
    ++range.first;
    c.send(part_answer(range));
  }));
  const auto failure = failure_of_fetch(in_parts(server));
  CHECK(failure.cause == Cause::unavailable);
  CHECK(failure.what.find("answers with others") != std::string::npos);
}

TEST_CASE("a refusal in the middle ends the whole, with its words") {
  TcpServer server(giving_but(saying(http_answer(403, error_xml("AccessDenied")))));
  const auto failure = failure_of_fetch(in_parts(server));
  CHECK(failure.cause == Cause::denied);
  CHECK(failure.what.find("AccessDenied") != std::string::npos);
}

TEST_CASE("the checksum is that of the whole, over all parts") {
  const bool is_right = GENERATE(true, false);
  Checksum checksum(ChecksumAlgorithm::crc64nvme);
  checksum.update(is_right ? body : "other");
  TcpServer server([value = to_base64(checksum.finish())](const ReceivedRequest& request, Connection& c) {
    if (has_range(request)) return give(request, c);
    c.send(http_answer(
        200, body,
        {{"ETag", etag_of(body)}, {"Accept-Ranges", "bytes"}, {"x-amz-checksum-crc64nvme", value}}));
  });
  if (is_right) {
    CHECK(read_all(open_s3_object(uri, in_parts(server))) == body);
    return;
  }
  const auto failure = failure_of_fetch(in_parts(server));
  CHECK(failure.cause == Cause::bad_data);
  CHECK(failure.what.find("x-amz-checksum-crc64nvme") != std::string::npos);
}

TEST_CASE("an interrupt ends the wait for a part, and all connections with it") {
  const Interrupter interrupter;
  TcpServer server([&](const ReceivedRequest& request, Connection& c) {
    if (!has_range(request)) return give(request, c);
    interrupter.raise();
    c.wait_for_close();
  });
  const auto object = open_s3_object(uri, in_parts(server), interrupter.interrupt());
  CHECK_THROWS_AS(read_all(object), Interrupted);
}

TEST_CASE("a reader that stops early ends the connections") {
  TcpServer server(give);
  const auto object = open_s3_object(uri, in_parts(server));
  CHECK(object.bytes() == body.substr(0, 4));
}

TEST_CASE("a size that cannot be is taken for one that is not told") {
  TcpServer server([](const ReceivedRequest&, Connection& c) {
    c.send(
        "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nAccept-Ranges: bytes\r\nContent-Length: "
        "9223372036854775807\r\n\r\nabc");
  });
  auto options = in_parts(server);
  options.attempts = 2;
  CHECK_FALSE(open_s3_object(uri, options).size.has_value());
  CHECK(failure_of_fetch(options).cause == Cause::unavailable);
}
