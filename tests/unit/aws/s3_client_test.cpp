#include "sm_train/aws/s3_client.hpp"

#include <algorithm>

#include "aws/s3_support.hpp"
#include "sm_train/aws/s3_tree.hpp"
#include "sm_train/aws/s3_upload.hpp"
#include "support/trees.hpp"
#include "support/write_in.hpp"

using namespace sm_train;
using namespace sm_train::test;

namespace {

const std::string customer_key = std::string("0123456789abcdef\0\xff+/ghijklmnopqr", 32);
// By Python's base64 and hashlib.
const std::string key_base64 = "MDEyMzQ1Njc4OWFiY2RlZgD/Ky9naGlqa2xtbm9wcXI=";
const std::string key_md5_base64 = "6o5rj/kwrhDo4Xua+Lg6yA==";

S3Options paid_by_requester(const TcpServer& server) {
  auto options = options_for(server);
  options.requester_pays = true;
  return options;
}

/// Whether each request that the server received asks for payment by the requester, and signs that.
bool all_are_paid(const TcpServer& server) {
  const auto requests = server.requests();
  return !requests.empty() && std::ranges::all_of(requests, [](const ReceivedRequest& request) {
    const auto payer = request.headers.find("x-amz-request-payer");
    return payer != request.headers.end() && payer->second == "requester" &&
           contains(request.headers.at("authorization"), ";x-amz-request-payer");
  });
}

/// One object of a prefix, by its listing and its bytes.
void list_or_give(const ReceivedRequest& request, Connection& c) {
  if (contains(request.target, "list-type=2"))
    c.send(http_answer(200,
                       "<ListBucketResult><Contents><Key>p/x</Key><Size>1</Size></Contents>"
                       "</ListBucketResult>"));
  else
    c.send(http_answer(200, "x"));
}

void read_to_end(const std::string&, const ByteSource& bytes) {
  while (!bytes().empty()) continue;
}

/// Takes an upload in parts, but for the second part where that is to be given up.
TcpServer::Handle taking_parts(bool is_given_up) {
  return [=](const ReceivedRequest& request, Connection& c) {
    if (request.target.ends_with("?uploads="))
      c.send(http_answer(200, "<UploadId>id</UploadId>"));
    else if (is_given_up && contains(request.target, "partNumber=2"))
      c.send(http_answer(403, error_xml("AccessDenied")));
    else
      c.send(http_answer(200, "", {{"ETag", "\"part\""}}));
  };
}

}  // namespace

TEST_CASE("a request for an object carries the key of SSE-C and its MD5, and they are signed") {
  const S3Options options = {.env = {}, .sse_customer_key = customer_key};
  S3Access access;
  access.region = "us-east-1";
  access.endpoint = aws_s3_endpoint("us-east-1");
  access.credentials = {.access_key_id = "id", .secret_access_key = "s"};
  const auto request = make_request(access, {.uri = uri, .headers = object_headers(options)},
                                    std::chrono::system_clock::from_time_t(0));
  const std::string prefix = "x-amz-server-side-encryption-customer-";
  CHECK(find_header(request.headers, prefix + "algorithm") == "AES256");
  CHECK(find_header(request.headers, prefix + "key") == key_base64);
  CHECK(find_header(request.headers, prefix + "key-MD5") == key_md5_base64);
  CHECK(find_header(request.headers, "x-amz-request-payer").empty());
  const std::string authorization(find_header(request.headers, "Authorization"));
  CHECK(contains(authorization,
                 ";" + prefix + "algorithm;" + prefix + "key;" + prefix + "key-md5, Signature="));
}

TEST_CASE("what concerns no object's bytes carries the payer alone, and nothing is carried unasked") {
  const S3Options both = {.env = {}, .requester_pays = true, .sse_customer_key = customer_key};
  CHECK(payer_headers(both) == HttpHeaders{{"x-amz-request-payer", "requester"}});
  CHECK(object_headers(both).size() == 4);
  CHECK(find_header(object_headers(both), "x-amz-request-payer") == "requester");
  const S3Options neither = {.env = {}};
  CHECK(payer_headers(neither).empty());
  CHECK(object_headers(neither).empty());
}

TEST_CASE("the requester pays for an object, and for each of its parts") {
  const std::string body = "0123456789";
  TcpServer server([&](const ReceivedRequest& request, Connection& c) {
    const auto range = request.headers.find("range");
    if (range == request.headers.end())
      return static_cast<void>(
          c.send(http_answer(200, body, {{"ETag", etag_of(body)}, {"Accept-Ranges", "bytes"}})));
    const auto first = std::stoul(range->second.substr(6));
    const auto part = body.substr(first, 2);
    c.send(http_answer(206, part,
                       {{"ETag", etag_of(body)},
                        {"Content-Range", "bytes " + std::to_string(first) + "-" +
                                              std::to_string(first + part.size() - 1) + "/10"}}));
  });
  auto options = paid_by_requester(server);
  options.single_request_size = 0;
  options.part_size = 2;
  CHECK(read_all(open_s3_object(uri, options)) == body);
  CHECK(server.requests().size() == 5);
  CHECK(all_are_paid(server));
  for (const auto& request : server.requests()) CHECK(is_signed_for("us-east-1", request));
}

TEST_CASE("the requester pays for a listing and for what it lists") {
  TcpServer server(list_or_give);
  get_s3_objects({"bucket", "p/"}, read_to_end, paid_by_requester(server));
  CHECK(server.requests().size() == 2);
  CHECK(all_are_paid(server));
}

TEST_CASE("the requester pays for an upload, for its parts, their join, and what is given up") {
  const TempDir directory;
  const auto small = write_in(directory, "small", "bytes");
  const auto large = write_in(directory, "large", std::string((std::size_t{8} << 20U) + 1, 'x'));
  TcpServer one(saying(http_answer(200, "")));
  upload_file_to_s3(small, uri, paid_by_requester(one));
  CHECK(all_are_paid(one));

  TcpServer parts(taking_parts(false));
  upload_file_to_s3(large, uri, paid_by_requester(parts));
  CHECK(parts.requests().size() == 4);
  CHECK(all_are_paid(parts));

  TcpServer given_up(taking_parts(true));
  CHECK_THROWS_AS(upload_file_to_s3(large, uri, paid_by_requester(given_up)), Error);
  CHECK(given_up.requests().back().method == "DELETE");
  CHECK(all_are_paid(given_up));
}

TEST_CASE("the key of SSE-C is not sent in the clear: nothing is, and the endpoint is named") {
  TcpServer server(giving("x"));
  auto options = options_for(server);
  options.sse_customer_key = customer_key;
  const TempDir directory;
  const auto file = write_in(directory, "file", "bytes");
  const std::vector<std::function<void()>> requests = {
      [&] { open_s3_object(uri, options); },
      [&] {
        get_s3_objects({"bucket", "p/"}, read_to_end, options);
      },
      [&] { upload_file_to_s3(file, uri, options); }};
  for (const auto& request : requests) {
    const auto failure = failure_of(request);
    REQUIRE(failure.has_value());
    CHECK(failure->cause == Cause::bad_config);
    CHECK(contains(failure->what, server.url()));
    CHECK(contains(failure->remedy, "https://"));
    CHECK_FALSE(contains(failure->what + failure->remedy, key_base64));
  }
  CHECK(server.requests().empty());
}
