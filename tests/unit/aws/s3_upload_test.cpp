#include "sm_train/aws/s3_upload.hpp"

#include <algorithm>

#include "aws/s3_support.hpp"
#include "sm_train/system/files.hpp"

using namespace sm_train;
using namespace sm_train::test;

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

/// A file of `size` bytes that do not repeat from one part to the next.
struct SourceFile {
  explicit SourceFile(std::size_t size) {
    content.reserve(size);
    while (content.size() < size) content += std::to_string(content.size()) + "\n";
    content.resize(size);
    write_file_atomically(path, content);
  }
  TempDir directory;
  std::filesystem::path path = directory.path() / "model.bin";
  std::string content;
};

/// Takes an upload in parts, as S3 does.
void take_parts(const ReceivedRequest& request, Connection& c) {
  if (request.target.ends_with("?uploads="))
    c.send(http_answer(
        200, "<InitiateMultipartUploadResult><UploadId>id/1</UploadId></InitiateMultipartUploadResult>"));
  else if (request.method == "PUT")
    c.send(http_answer(200, "", {{"ETag", etag_of(request.body)}}));
  else
    c.send(http_answer(200, "<CompleteMultipartUploadResult/>"));
}

std::string number_of_part(const ReceivedRequest& request) {
  const auto start = request.target.find("partNumber=") + 11;
  return request.target.substr(start, request.target.find('&') - start);
}

/// The requests of one method, those for parts in the parts' order.
std::vector<ReceivedRequest> requests_of(const TcpServer& server, const std::string& method) {
  auto requests = server.requests();
  std::erase_if(requests, [&](const auto& request) { return request.method != method; });
  std::ranges::sort(requests, {}, number_of_part);
  return requests;
}

Failure failure_of_upload(const SourceFile& file, const TcpServer& server) {
  try {
    upload_file_to_s3(file.path, uri, options_for(server));
  } catch (const Error& error) {
    CHECK(error.failure().what.starts_with(uri_text + ": "));
    return error.failure();
  }
  FAIL("nothing was thrown");
  return {};
}

}  // namespace

TEST_CASE("a small file is put in one request, whose signature covers it") {
  const SourceFile file(GENERATE(std::size_t{0}, std::size_t{5}, 8 * mebibyte));
  TcpServer server(saying(http_answer(200, "")));
  upload_file_to_s3(file.path, uri, options_for(server));
  const auto requests = server.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].method == "PUT");
  CHECK(requests[0].body == file.content);
  CHECK(requests[0].headers.at("x-amz-content-sha256") == to_hex(sha256(file.content)));
}

TEST_CASE("a large file is put in parts, which are then joined in their order") {
  const SourceFile file(17 * mebibyte + 3);
  TcpServer server(take_parts);
  upload_file_to_s3(file.path, uri, options_for(server));
  const auto parts = requests_of(server, "PUT");
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].body + parts[1].body + parts[2].body == file.content);
  CHECK(parts[2].target.ends_with("?partNumber=3&uploadId=id%2F1"));
  const auto joined = server.requests().back();
  CHECK(joined.method == "POST");
  CHECK(joined.target.ends_with("?uploadId=id%2F1"));
  for (std::size_t i = 0; i < parts.size(); ++i)
    CHECK(joined.body.find("<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>" +
                           etag_of(parts[i].body) + "</ETag></Part>") != std::string::npos);
}

TEST_CASE("a part that fails is put again, and so is the join of the parts") {
  const SourceFile file(9 * mebibyte);
  const bool in_join = GENERATE(false, true);
  TcpServer server([=, failed = false](const ReceivedRequest& request, Connection& c) mutable {
    const bool is_join = request.method == "POST" && !request.target.ends_with("?uploads=");
    if ((in_join ? is_join : request.method == "PUT") && !std::exchange(failed, true))
      return static_cast<void>(c.send(http_answer(in_join ? 200 : 503, error_xml("InternalError"))));
    take_parts(request, c);
  });
  upload_file_to_s3(file.path, uri, options_for(server));
  CHECK(requests_of(server, "PUT").size() == (in_join ? 2U : 3U));
  CHECK(requests_of(server, "POST").size() == (in_join ? 3U : 2U));
}

TEST_CASE("an upload in parts that fails is given up at the service, and the first error is told") {
  const SourceFile file(9 * mebibyte);
  TcpServer server([](const ReceivedRequest& request, Connection& c) {
    if (request.method == "PUT" || request.method == "DELETE")
      c.send(http_answer(403, error_xml("AccessDenied", "")));
    else
      take_parts(request, c);
  });
  CHECK(failure_of_upload(file, server).cause == Cause::denied);
  const auto given_up = requests_of(server, "DELETE");
  REQUIRE(given_up.size() == 1);
  CHECK(given_up[0].target.ends_with("?uploadId=id%2F1"));
}

TEST_CASE("an error within the answer to the join is an error") {
  const SourceFile file(9 * mebibyte);
  TcpServer server([](const ReceivedRequest& request, Connection& c) {
    if (request.target.ends_with("?uploadId=id%2F1") && request.method == "POST")
      c.send(http_answer(200, error_xml("InvalidPart")));
    else
      take_parts(request, c);
  });
  CHECK(failure_of_upload(file, server).what.find("InvalidPart") != std::string::npos);
}

TEST_CASE("a file that becomes shorter while it is uploaded is an error") {
  const SourceFile file(9 * mebibyte);
  TcpServer server([&](const ReceivedRequest& request, Connection& c) {
    if (request.target.ends_with("?uploads=")) std::filesystem::resize_file(file.path, mebibyte);
    take_parts(request, c);
  });
  const auto failure = failure_of_upload(file, server);
  CHECK(failure.cause == Cause::bad_data);
  CHECK(failure.what.find("was written while it was uploaded") != std::string::npos);
}

TEST_CASE("what is no regular file, or not there, is not uploaded") {
  const SourceFile file(1);
  TcpServer server(take_parts);
  CHECK_THROWS_AS(upload_file_to_s3(file.directory.path(), uri, options_for(server)), Error);
  CHECK_THROWS_AS(upload_file_to_s3(file.path.native() + "x", uri, options_for(server)), Error);
  CHECK(server.requests().empty());
}
