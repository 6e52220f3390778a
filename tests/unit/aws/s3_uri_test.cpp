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
       {"s3://", "s3://bucket", "s3:///key", "https://bucket/key", "s3://b/prefix/?versionId=1", ""}) {
    try {
      parse_s3_uri(text);
      FAIL("accepted: " << text);
    } catch (const Error& error) {
      CHECK(error.failure().cause == Cause::usage);
      CHECK(error.failure().what.find("\"" + text + "\"") != std::string::npos);
    }
  }
}

TEST_CASE("a key that ends in a slash is a prefix, and none at all is the whole bucket's") {
  CHECK(is_s3_prefix(parse_s3_uri("s3://bucket/some/prefix/")));
  CHECK(parse_s3_uri("s3://bucket/").key.empty());
  CHECK(is_s3_prefix(parse_s3_uri("s3://bucket/")));
  CHECK_FALSE(is_s3_prefix(parse_s3_uri("s3://bucket/some/key")));
}

TEST_CASE("a version is named behind the key, and only by that name") {
  const auto uri = parse_s3_uri("s3://bucket/what?is this.tgz?versionId=3/L4+x=");
  CHECK(uri.key == "what?is this.tgz");
  CHECK(uri.version_id == "3/L4+x=");
  CHECK(to_string(uri) == "s3://bucket/what?is this.tgz?versionId=3/L4+x=");
  CHECK(parse_s3_uri("s3://bucket/key?version=1").key == "key?version=1");
}

TEST_CASE("only s3:// makes an s3 URI") {
  CHECK(is_s3_uri("s3://b/k"));
  CHECK_FALSE(is_s3_uri("S3://b/k"));
  CHECK_FALSE(is_s3_uri("/s3://b/k"));
}

TEST_CASE("the ARN of an access point stands in the bucket's place, with a slash or a colon") {
  for (const std::string arn : {"arn:aws:s3:eu-west-1:123456789012:accesspoint/my-point",
                                "arn:aws-us-gov:s3:us-gov-west-1:123456789012:accesspoint:my-point"}) {
    const auto uri = parse_s3_uri("s3://" + arn + "/a/b:c");
    CHECK(uri.bucket == arn);
    CHECK(uri.key == "a/b:c");
    CHECK(to_string(uri) == "s3://" + arn + "/a/b:c");
    const auto point = access_point_of(uri);
    REQUIRE(point);
    CHECK(point->region == arn.substr(arn.find(":s3:") + 4, point->region.size()));
    CHECK(point->account == "123456789012");
    CHECK(point->name == "my-point");
  }
  CHECK_FALSE(access_point_of({"bucket", "k"}));
}

TEST_CASE("an ARN of something else than an access point of one region is refused") {
  for (const char* text : {"s3://arn:aws:s3:::bucket/k", "s3://arn:aws:s3::123456789012:accesspoint/x.mrap/k",
                           "s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/a.evil/k",
                           "s3://arn:aws:s3:eu-west-1:12345:accesspoint/a/k",
                           "s3://arn:aws:s3:evil.com:123456789012:accesspoint/a/k",
                           "s3://arn:aws:s3-object-lambda:eu-west-1:123456789012:accesspoint/a/k",
                           "s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/a"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_s3_uri(text), Error);
  }
}
