#include "sm_train/aws/s3_uri.hpp"

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"

using namespace sm_train;

TEST_CASE("the key of an s3 URI is the rest of the text to the letter") {
  for (const std::string key : {"a/b.tar.gz", "q?x=1#y", "100% é", "/lead", "a//b", "../x", "dir/"}) {
    const auto uri = parse_s3_uri("s3://bucket/" + key);
    CHECK(uri.bucket == "bucket");
    CHECK(uri.key == key);
    CHECK(to_string(uri) == "s3://bucket/" + key);
  }
}

TEST_CASE("a text without bucket or key is refused, and quoted") {
  for (const std::string text :
       {"s3://", "s3://bucket", "s3://bucket/", "s3:///key", "https://bucket/key", ""}) {
    try {
      parse_s3_uri(text);
      FAIL("accepted: " << text);
    } catch (const Error& error) {
      CHECK(error.failure().cause == Cause::usage);
      CHECK(error.failure().what.find("\"" + text + "\"") != std::string::npos);
    }
  }
}

TEST_CASE("only s3:// makes an s3 URI") {
  CHECK(is_s3_uri("s3://b/k"));
  CHECK_FALSE(is_s3_uri("S3://b/k"));
  CHECK_FALSE(is_s3_uri("/s3://b/k"));
}
