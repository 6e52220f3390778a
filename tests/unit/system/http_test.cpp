#include "sm_train/system/http.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

#include "catch.hpp"
#include "support/interrupter.hpp"
#include "support/tcp_server.hpp"

using namespace sm_train;
using test::Connection;
using test::http_answer;
using test::ReceivedRequest;
using test::TcpServer;

namespace {

// Where no bytes are left to read, the sender's buffers and the reader's are full.
constexpr std::size_t larger_than_all_buffers = std::size_t{64} * 1024 * 1024;

}  // namespace

TEST_CASE("status, headers and body of an answer arrive, and headers are found whatever their case") {
  TcpServer server([](const ReceivedRequest&, Connection& c) {
    c.send(http_answer(404, "not here", {{"X-Amz-Bucket-Region", "eu-west-1 "}}));
  });
  const auto response = http_send({.url = server.url()});
  CHECK(response.status == 404);
  CHECK(find_header(response.headers, "x-amz-bucket-REGION") == "eu-west-1");
  CHECK(find_header(response.headers, "X-Amz").empty());
  CHECK(response.body == "not here");
}

TEST_CASE("a URL is sent to the letter, with its dots, doubled slashes and escapes") {
  TcpServer server([](const ReceivedRequest&, Connection& c) { c.send(http_answer(200, "")); });
  const std::string target = "/a/../b//c/./%2E%2e/%7e%C3%A9?x=%2F&y";
  http_send({.url = server.url() + target});
  CHECK(server.requests().at(0).target == target);
}

TEST_CASE("just the headers that the caller names are sent, and Host and Accept") {
  TcpServer server([](const ReceivedRequest&, Connection& c) { c.send(http_answer(200, "")); });
  http_send({.method = "PUT",
             .url = server.url(),
             .headers = {{"X-Empty", ""}, {"Host", "elsewhere"}},
             .body = "data"});
  const auto request = server.requests().at(0);
  CHECK(request.method == "PUT");
  CHECK(request.body == "data");
  CHECK(request.headers ==
        std::map<std::string, std::string>{
            {"accept", "*/*"}, {"content-length", "4"}, {"host", "elsewhere"}, {"x-empty", ""}});
}

TEST_CASE("a redirect is not followed") {
  TcpServer server([](const ReceivedRequest&, Connection& c) {
    c.send(http_answer(301, "moved", {{"Location", "http://127.0.0.1:1/"}}));
  });
  const auto response = http_send({.url = server.url()});
  CHECK(response.status == 301);
  CHECK(response.body == "moved");
}

TEST_CASE("an answer after 100 Continue is the answer, and trailers are none of its headers") {
  TcpServer server([](const ReceivedRequest&, Connection& c) {
    c.send(
        "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n0\r\nX-Late: 1\r\n\r\n");
  });
  const auto response = http_send({.url = server.url()});
  CHECK(response.status == 200);
  CHECK(response.body == "abc");
  CHECK(find_header(response.headers, "X-Early").empty());
  CHECK(find_header(response.headers, "X-Late").empty());
}

TEST_CASE("a large body arrives whole, in blocks of bounded size") {
  const std::string part(std::size_t{1024} * 1024, 'x');
  TcpServer server([&](const ReceivedRequest&, Connection& c) {
    c.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(larger_than_all_buffers) + "\r\n\r\n");
    for (std::size_t sent = 0; sent < larger_than_all_buffers; sent += part.size()) c.send(part);
  });
  HttpStream stream({.url = server.url()});
  std::size_t size = 0;
  std::size_t largest = 0;
  for (auto block = stream.read(); !block.empty(); block = stream.read()) {
    size += block.size();
    largest = std::max(largest, block.size());
  }
  CHECK(size == larger_than_all_buffers);
  CHECK(largest <= std::size_t{512} * 1024);
}

TEST_CASE("a reader that takes its time is no stall, and the sender waits for it") {
  const auto answer = http_answer(200, std::string(larger_than_all_buffers, 'x'));
  std::atomic<bool> all_sent = false;
  TcpServer server([&](const ReceivedRequest&, Connection& c) { all_sent = c.send(answer); });
  HttpStream stream({.url = server.url(), .stall_timeout = std::chrono::seconds(1)});
  auto size = stream.read().size();
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));
  CHECK_FALSE(all_sent);
  for (auto block = stream.read(); !block.empty(); block = stream.read()) size += block.size();
  CHECK(size == larger_than_all_buffers);
}

TEST_CASE("the stall clock starts when the reader comes back, not at the last byte before") {
  std::promise<void> back;
  TcpServer server([&](const ReceivedRequest&, Connection& c) {
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc");
    back.get_future().wait();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    c.send("def");
  });
  HttpStream stream({.url = server.url(), .stall_timeout = std::chrono::milliseconds(500)});
  CHECK(stream.read() == "abc");
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  back.set_value();
  CHECK(stream.read() == "def");
}

TEST_CASE("a body that breaks off gives what came, and then a TransportError") {
  TcpServer server([](const ReceivedRequest&, Connection& c) {
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  });
  HttpStream stream({.url = server.url()});
  CHECK(stream.read() == "abc");
  CHECK_THROWS_AS(stream.read(), TransportError);
}

TEST_CASE("a refused connection is a TransportError that names the host, and no more of the URL") {
  const auto port = std::to_string(test::unused_port());
  try {
    http_send({.url = "http://name:pass@127.0.0.1:" + port + "/path?secret"});
    FAIL("connected");
  } catch (const TransportError& error) {
    CHECK(error.failure().cause == Cause::unavailable);
    CHECK(error.failure().what.starts_with("http://127.0.0.1:" + port + ": "));
    CHECK(error.failure().what.find("pass") == std::string::npos);
    CHECK(error.failure().what.find("secret") == std::string::npos);
  }
}

TEST_CASE("an answer that never comes, and one that stalls in its body, end as TransportErrors") {
  const bool begins = GENERATE(false, true);
  TcpServer server([&](const ReceivedRequest&, Connection& c) {
    if (begins) c.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    c.wait_for_close();
  });
  try {
    http_send({.url = server.url(), .stall_timeout = std::chrono::milliseconds(100)});
    FAIL("ended");
  } catch (const TransportError& error) {
    CHECK(error.failure().what.find("No byte came for 100 ms") != std::string::npos);
  }
}

TEST_CASE("an interrupt ends the wait for an answer at once") {
  const test::Interrupter interrupter;
  TcpServer server([&](const ReceivedRequest&, Connection& c) {
    interrupter.raise();
    c.wait_for_close();
  });
  CHECK_THROWS_AS(
      http_send({.url = server.url(), .stall_timeout = std::chrono::hours(1)}, interrupter.interrupt()),
      test::Interrupted);
}

TEST_CASE("an interrupt gets in between the blocks of a body that never pauses") {
  const test::Interrupter interrupter;
  TcpServer server([&](const ReceivedRequest&, Connection& c) {
    c.send(http_answer(200, std::string(larger_than_all_buffers, 'x')));
  });
  HttpStream stream({.url = server.url()}, interrupter.interrupt());
  CHECK_FALSE(stream.read().empty());
  interrupter.raise();
  CHECK_THROWS_AS(stream.read(), test::Interrupted);
}

TEST_CASE("http_send refuses a body that is larger than its bound") {
  TcpServer server([](const ReceivedRequest&, Connection& c) {
    c.send(http_answer(200, std::string(2 * max_http_body, 'x')));
  });
  try {
    http_send({.url = server.url()});
    FAIL("taken");
  } catch (const Error& error) {
    CHECK(error.failure().cause == Cause::bad_data);
  }
}

TEST_CASE("headers without an end are refused, and as no TransportError: they would come again") {
  TcpServer server([](const ReceivedRequest&, Connection& c) {
    const std::string line = "X-More: " + std::string(1000, 'x') + "\r\n";
    c.send("HTTP/1.1 200 OK\r\n");
    while (c.send(line)) {
    }
  });
  try {
    http_send({.url = server.url()});
    FAIL("taken");
  } catch (const Error& error) {
    CHECK(dynamic_cast<const TransportError*>(&error) == nullptr);
    CHECK(error.failure().cause == Cause::bad_data);
    CHECK(error.failure().what ==
          server.url() + ": the answer's headers have more than 262144 bytes, which is the limit.");
    CHECK_FALSE(error.failure().remedy.empty());
  }
}

TEST_CASE("a URL that is no http URL, and a header with a line break, are refused before anything is sent") {
  for (const char* url : {"file:///etc/passwd", "ftp://host/", "host/path", ""})
    CHECK_THROWS_AS(http_send({.url = url}), Error);
  try {
    http_send({.url = "http://127.0.0.1:1/", .headers = {{"X-Token", "a\r\nX-Other: hidden"}}});
    FAIL("sent");
  } catch (const Error& error) {
    CHECK(error.failure().cause == Cause::bad_config);
    CHECK(error.failure().what.find("X-Token") != std::string::npos);
    CHECK(error.failure().what.find("hidden") == std::string::npos);
  }
}

TEST_CASE("a certificate file that is not there is no TransportError, and the remedy names AWS_CA_BUNDLE") {
  TcpServer server([](const ReceivedRequest&, Connection&) {});
  auto url = server.url();
  url.replace(0, 4, "https");
  try {
    http_send({.url = url, .ca_bundle = "/nonexistent.pem"});
    FAIL("sent");
  } catch (const Error& error) {
    CHECK(dynamic_cast<const TransportError*>(&error) == nullptr);
    CHECK(error.failure().cause == Cause::bad_config);
    CHECK(error.failure().remedy.find("AWS_CA_BUNDLE") != std::string::npos);
  }
}

TEST_CASE("a Date header is read, and what is none is nothing") {
  CHECK(parse_http_date("Fri, 24 May 2013 00:00:00 GMT") ==
        std::chrono::system_clock::from_time_t(1369353600));
  CHECK_FALSE(parse_http_date("").has_value());
  CHECK_FALSE(parse_http_date("Fri, 31 Dec 9999 23:59:59 GMT").has_value());
  CHECK_FALSE(parse_http_date("yesterday-ish").has_value());
}
