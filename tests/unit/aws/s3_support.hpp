#pragma once

#include <ctime>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "sm_train/aws/s3.hpp"
#include "sm_train/aws/sigv4.hpp"
#include "sm_train/system/digest.hpp"
#include "support/tcp_server.hpp"

namespace sm_train::test {

inline const std::string secret = "the-secret-key";
inline const S3Uri uri = {"bucket", "a b/../c//é?.tar.gz"};
inline const std::string uri_text = "s3://bucket/a b/../c//é?.tar.gz";
inline constexpr auto no_wait = [](int) { return std::chrono::milliseconds(0); };

inline std::string quoted(const std::string& text) {
  return "\"" + text + "\"";
}

inline std::string etag_of(const std::string& body) {
  Digest md5(DigestAlgorithm::md5);
  md5.update(body);
  return quoted(to_hex(md5.finish()));
}

inline std::string error_xml(const std::string& code, const std::string& more = "") {
  return "<Error><Code>" + code + "</Code><Message>Words.</Message>" + more + "</Error>";
}

/// One answer a request, in their order; the last one again and again.
using Answers = std::vector<TcpServer::Handle>;

inline TcpServer::Handle in_order(Answers answers) {
  return [answers = std::move(answers), next = std::size_t{0}](const ReceivedRequest& request,
                                                               Connection& c) mutable {
    answers.at(next)(request, c);
    if (next + 1 < answers.size()) ++next;
  };
}

inline TcpServer::Handle saying(std::string answer) {
  return [answer = std::move(answer)](const ReceivedRequest&, Connection& c) { c.send(answer); };
}

inline TcpServer::Handle giving(const std::string& body) {
  return saying(http_answer(200, body, {{"ETag", etag_of(body)}}));
}

/// `size` bytes of the object from where the request wants it, then the connection ends.
inline TcpServer::Handle breaking_off_after(std::size_t size, const std::string& body,
                                            bool by_reset = false) {
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

inline S3Options options_for(const TcpServer& server) {
  return {.env = {{"AWS_ACCESS_KEY_ID", "key:id"},
                  {"AWS_SECRET_ACCESS_KEY", secret},
                  {"AWS_SESSION_TOKEN", "the-token"},
                  {"AWS_REGION", "us-east-1"},
                  {"AWS_ENDPOINT_URL_S3", server.url()}},
          .backoff = no_wait};
}

inline std::string read_all(const S3Object& object) {
  std::string bytes;
  for (auto block = object.bytes(); !block.empty(); block = object.bytes()) bytes += block;
  return bytes;
}

inline std::string fetch(const TcpServer& server) {
  return read_all(open_s3_object(uri, options_for(server)));
}

inline Failure failure_of_fetch(const S3Options& options, const S3Uri& of = uri) {
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

/// What the server received carries the signature that it must have for `region`.
inline bool is_signed_for(const std::string& region, const ReceivedRequest& request) {
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

}  // namespace sm_train::test
