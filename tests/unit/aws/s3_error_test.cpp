#include "sm_train/aws/s3_error.hpp"

#include "catch.hpp"

using namespace sm_train;

namespace {

S3Error error_of(int status, const std::string& code) {
  return read_s3_error(
      status, {},
      "<?xml version=\"1.0\"?>\n<Error><Code>" + code + "</Code><Message>Words.</Message></Error>");
}

}  // namespace

TEST_CASE("code, message and region of an S3 error are read from its XML") {
  const auto error = read_s3_error(400, {},
                                   "<Error><Code>AuthorizationHeaderMalformed</Code><Message>wrong</"
                                   "Message><Region>eu-west-1</Region></Error>");
  CHECK(error.status == 400);
  CHECK(error.code == "AuthorizationHeaderMalformed");
  CHECK(error.message == "wrong");
  CHECK(error.region == "eu-west-1");
  CHECK(is_wrong_region(error));
}

TEST_CASE("the header's region is taken before the XML's, and one that is no region's name is dropped") {
  const std::string body = "<Error><Region>us-west-2</Region></Error>";
  CHECK(read_s3_error(301, {{"x-amz-bucket-region", "eu-west-1"}}, body).region == "eu-west-1");
  CHECK(read_s3_error(301, {}, body).region == "us-west-2");
  CHECK(read_s3_error(301, {{"x-amz-bucket-region", "evil.com/"}}, "").region.empty());
}

TEST_CASE("an answer that is no XML leaves just its status") {
  for (const char* body : {"", "<html>Bad Gateway</html>", "<Error><Code>Unclosed"}) {
    const auto error = read_s3_error(502, {}, body);
    CHECK(error.status == 502);
    CHECK(error.code.empty());
    CHECK_FALSE(is_wrong_region(error));
  }
}

TEST_CASE("each reason of a refusal has a message of its own") {
  const auto wrong_secret = failure_of(error_of(403, "SignatureDoesNotMatch"));
  const auto unknown_key = failure_of(error_of(403, "InvalidAccessKeyId"));
  const auto no_permission = failure_of(error_of(403, "AccessDenied"));
  const auto expired = failure_of(error_of(400, "ExpiredToken"));
  for (const auto& failure : {wrong_secret, unknown_key, no_permission, expired})
    CHECK(failure.cause == Cause::denied);
  CHECK(wrong_secret.what ==
        "the secret access key does not belong to the access key ID (403 SignatureDoesNotMatch: Words.).");
  CHECK(wrong_secret.remedy.find("AWS_SECRET_ACCESS_KEY") != std::string::npos);
  CHECK(unknown_key.remedy.find("AWS_ACCESS_KEY_ID") != std::string::npos);
  CHECK(no_permission.remedy.find("s3:GetObject") != std::string::npos);
  CHECK(expired.what.find("expired") != std::string::npos);
}

TEST_CASE("a missing bucket and a missing key are told apart") {
  CHECK(failure_of(error_of(404, "NoSuchBucket")).cause == Cause::no_input);
  CHECK(failure_of(error_of(404, "NoSuchBucket")).what.find("no such bucket") != std::string::npos);
  CHECK(failure_of(error_of(404, "NoSuchKey")).cause == Cause::no_input);
  CHECK(failure_of(error_of(404, "NoSuchKey")).what.find("no object of this key") != std::string::npos);
}

TEST_CASE("without a code the status says what it can") {
  CHECK(failure_of({.status = 403}).cause == Cause::denied);
  CHECK(failure_of({.status = 404}).cause == Cause::no_input);
  CHECK(failure_of({.status = 412}).cause == Cause::bad_data);
  CHECK(failure_of({.status = 500}).cause == Cause::unavailable);
  CHECK(failure_of({.status = 301}).remedy.find("AWS_REGION") != std::string::npos);
}
