#include "sm_train/aws/endpoint.hpp"

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"

using namespace sm_train;

namespace {

Profile profile_with(std::map<std::string, std::string> settings) {
  return {.name = "dev", .found = true, .settings = std::move(settings)};
}

std::string url_of(const S3Uri& uri, const S3Endpoint& endpoint) {
  const auto address = address_of(uri, endpoint);
  return address.origin + address.path;
}

}  // namespace

TEST_CASE("the region comes from AWS_REGION, then AWS_DEFAULT_REGION, then the profile, then is us-east-1") {
  const auto profile = profile_with({{"region", "eu-west-3"}});
  CHECK(find_region({{"AWS_REGION", "eu-west-1"}, {"AWS_DEFAULT_REGION", "eu-west-2"}}, profile) ==
        "eu-west-1");
  CHECK(find_region({{"AWS_REGION", ""}, {"AWS_DEFAULT_REGION", "eu-west-2"}}, profile) == "eu-west-2");
  CHECK(find_region({}, profile) == "eu-west-3");
  CHECK(find_region({}, {}) == "us-east-1");
}

TEST_CASE("a region that could lead to another host is refused") {
  for (const char* region : {"eu west", "evil.com/", "EU-WEST-1", "a.b"}) {
    try {
      find_region({{"AWS_REGION", region}}, {});
      FAIL("accepted: " << region);
    } catch (const Error& error) {
      CHECK(error.failure().cause == Cause::bad_config);
      CHECK(error.failure().what.find(region) != std::string::npos);
    }
  }
}

TEST_CASE("each partition has its own domain") {
  CHECK(aws_s3_endpoint("eu-west-1").url == "https://s3.eu-west-1.amazonaws.com");
  CHECK(aws_s3_endpoint("cn-north-1").url == "https://s3.cn-north-1.amazonaws.com.cn");
  CHECK(aws_s3_endpoint("us-gov-west-1").url == "https://s3.us-gov-west-1.amazonaws.com");
  CHECK(aws_s3_endpoint("us-iso-east-1").url == "https://s3.us-iso-east-1.c2s.ic.gov");
  CHECK(aws_s3_endpoint("us-isob-east-1").url == "https://s3.us-isob-east-1.sc2s.sgov.gov");
  CHECK(aws_s3_endpoint("us-isof-south-1").url == "https://s3.us-isof-south-1.csp.hci.ic.gov");
  CHECK(aws_s3_endpoint("eu-isoe-west-1").url == "https://s3.eu-isoe-west-1.cloud.adc-e.uk");
}

TEST_CASE("the endpoint's settings rank as in the AWS SDKs, and S3_ENDPOINT_URL comes last") {
  EnvVars env = {{"AWS_ENDPOINT_URL_S3", "http://one:1"},
                 {"AWS_ENDPOINT_URL", "http://two:2/"},
                 {"S3_ENDPOINT_URL", "http://four:4"}};
  const auto profile = profile_with({{"endpoint_url", "http://three:3"}});
  CHECK(find_s3_endpoint(env, profile, "r").url == "http://one:1");
  env.erase("AWS_ENDPOINT_URL_S3");
  CHECK(find_s3_endpoint(env, profile, "r").url == "http://two:2");
  env.erase("AWS_ENDPOINT_URL");
  CHECK(find_s3_endpoint(env, profile, "r").url == "http://three:3");
  CHECK(find_s3_endpoint(env, {}, "r").url == "http://four:4");
  CHECK(find_s3_endpoint(env, {}, "r").is_custom);
  CHECK_FALSE(find_s3_endpoint({}, {}, "eu-west-1").is_custom);
}

TEST_CASE("an endpoint that is no http URL is refused, and its setting named") {
  for (const char* url :
       {"localhost:9000", "ftp://host", "http://", "https:///x", "http://user:pass@host", "http://h?q"}) {
    try {
      find_s3_endpoint({{"AWS_ENDPOINT_URL", url}}, {}, "us-east-1");
      FAIL("accepted: " << url);
    } catch (const Error& error) {
      CHECK(error.failure().cause == Cause::bad_config);
      CHECK(error.failure().what.find("AWS_ENDPOINT_URL") != std::string::npos);
      CHECK(error.failure().what.find("pass") == std::string::npos);
    }
  }
}

TEST_CASE("the bucket is a part of AWS's host, unless its name cannot be") {
  const auto aws = aws_s3_endpoint("eu-west-1");
  CHECK(url_of({"bucket", "a/b c"}, aws) == "https://bucket.s3.eu-west-1.amazonaws.com/a/b%20c");
  CHECK(address_of({"bucket", "k"}, aws).host == "bucket.s3.eu-west-1.amazonaws.com");
  CHECK(url_of({"my.bucket", "k"}, aws) == "https://s3.eu-west-1.amazonaws.com/my.bucket/k");
  CHECK(url_of({"evil.com/", "k"}, aws) == "https://s3.eu-west-1.amazonaws.com/evil.com%2F/k");
}

TEST_CASE("a custom endpoint is spoken to in path style, with its port and path") {
  const S3Endpoint custom = {.url = "http://localhost:9000/s3", .is_custom = true};
  const auto address = address_of({"bucket", "a//../b"}, custom);
  CHECK(address.origin == "http://localhost:9000");
  CHECK(address.host == "localhost:9000");
  CHECK(address.path == "/s3/bucket/a//../b");
}
