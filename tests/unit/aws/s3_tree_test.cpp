#include "sm_train/aws/s3_tree.hpp"

#include <mutex>

#include "aws/s3_support.hpp"
#include "support/interrupter.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;

namespace {

using Objects = std::map<std::string, std::string>;

const S3Uri prefix = {"bucket", "pre fix/"};
const std::string first_page =
    "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><EncodingType>url</EncodingType>"
    "<Contents><Key>pre+fix/</Key><Size>0</Size></Contents>"
    "<Contents><Key>pre+fix/a%2Bb%3C.py</Key><Size>3</Size></Contents>"
    "<IsTruncated>true</IsTruncated><NextContinuationToken>t/1=</NextContinuationToken></ListBucketResult>";
const std::string last_page =
    "<ListBucketResult><Contents><Key>pre fix/sub/c&amp;d</Key><Size>0</Size></Contents>"
    "<IsTruncated>false</IsTruncated></ListBucketResult>";

bool is_listing(const ReceivedRequest& request) {
  return request.target.find("list-type=2") != std::string::npos;
}

/// Lists these pages, and gives the last segment of an object's key as its bytes.
TcpServer::Handle listing(std::vector<std::string> pages) {
  return [pages = std::move(pages), next = std::size_t{0}](const ReceivedRequest& request,
                                                           Connection& c) mutable {
    if (is_listing(request)) return static_cast<void>(c.send(http_answer(200, pages.at(next++))));
    giving(request.target.substr(request.target.rfind('/') + 1))(request, c);
  };
}

Objects get(const S3Options& options, const Interrupt& interrupt = {}) {
  std::mutex mutex;
  Objects objects;
  const auto take = [&](const std::string& name, const ByteSource& bytes) {
    std::string content;
    for (auto block = bytes(); !block.empty(); block = bytes()) content += block;
    const std::lock_guard lock(mutex);
    objects[name] = content;
  };
  get_s3_objects(prefix, take, options, interrupt);
  return objects;
}

Failure failure_of_get(const TcpServer& server) {
  try {
    get(options_for(server));
  } catch (const Error& error) {
    return error.failure();
  }
  FAIL("nothing was thrown");
  return {};
}

}  // namespace

TEST_CASE("all objects under a prefix come, page by page, by the names behind it") {
  TcpServer server(listing({first_page, last_page}));
  CHECK(get(options_for(server)) == Objects{{"a+b<.py", "a%2Bb%3C.py"}, {"sub/c&d", "c%26d"}});
  std::vector<std::string> listings;
  for (const auto& request : server.requests()) {
    if (is_listing(request)) listings.push_back(request.target);
  }
  CHECK(listings ==
        std::vector<std::string>{
            "/bucket/?encoding-type=url&list-type=2&prefix=pre%20fix%2F",
            "/bucket/?continuation-token=t%2F1%3D&encoding-type=url&list-type=2&prefix=pre%20fix%2F"});
}

TEST_CASE("a prefix that no object has is no input") {
  TcpServer server(listing({"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"}));
  const auto failure = failure_of_get(server);
  CHECK(failure.cause == Cause::no_input);
  CHECK(failure.what.starts_with("s3://bucket/pre fix/: "));
}

TEST_CASE("a listing that cannot be read, or never ends, is an error that names the prefix") {
  const auto pages = GENERATE(
      std::vector<std::string>{"<html/>"},
      std::vector<std::string>{"<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>"},
      std::vector<std::string>{
          "<ListBucketResult><Contents><Key>k</Key><Size>x</Size></Contents></ListBucketResult>"},
      std::vector<std::string>{
          "<ListBucketResult><Contents><Key>other</Key><Size>1</Size></Contents></ListBucketResult>"},
      std::vector<std::string>{"<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>%4</Key>"
                               "<Size>1</Size></Contents></ListBucketResult>"},
      std::vector<std::string>{"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"},
      std::vector<std::string>{first_page, first_page});
  TcpServer server(listing(pages));
  const auto failure = failure_of_get(server);
  CHECK(failure.cause == Cause::bad_data);
  CHECK(failure.what.starts_with("s3://bucket/pre fix/: the service's listing cannot be read"));
}

TEST_CASE("an object that cannot be had ends the whole, and is named once") {
  TcpServer server([](const ReceivedRequest& request, Connection& c) {
    if (is_listing(request))
      c.send(http_answer(200, last_page));
    else
      c.send(http_answer(403, error_xml("AccessDenied")));
  });
  const auto failure = failure_of_get(server);
  CHECK(failure.cause == Cause::denied);
  CHECK(failure.what.starts_with("s3://bucket/pre fix/sub/c&d: the credentials"));
}

TEST_CASE("what takes the objects tells in its own words what it finds wrong") {
  TcpServer server(listing({last_page}));
  const Failure refused = {.cause = Cause::bad_data, .what = "refused", .remedy = "Leave it out."};
  const auto failure = failure_of([&] {
    get_s3_objects(
        prefix, [&](const std::string&, const ByteSource&) { throw Error(refused); }, options_for(server));
  });
  REQUIRE(failure.has_value());
  CHECK(failure->what == refused.what);
}

TEST_CASE("an object with a wrong checksum is got once more") {
  TcpServer server([bad = true](const ReceivedRequest& request, Connection& c) mutable {
    if (is_listing(request))
      c.send(http_answer(200, last_page));
    else
      c.send(http_answer(200, "bytes", {{"ETag", etag_of(std::exchange(bad, false) ? "other" : "bytes")}}));
  });
  CHECK(get(options_for(server)) == Objects{{"sub/c&d", "bytes"}});
}

TEST_CASE("an interrupt ends the wait for objects") {
  const Interrupter interrupter;
  TcpServer server([&](const ReceivedRequest& request, Connection& c) {
    if (is_listing(request)) return static_cast<void>(c.send(http_answer(200, last_page)));
    interrupter.raise();
    c.wait_for_close();
  });
  CHECK_THROWS_AS(get(options_for(server), interrupter.interrupt()), Interrupted);
}
