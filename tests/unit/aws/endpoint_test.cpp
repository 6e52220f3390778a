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

TEST_CASE("each partition has its own domain") {
  CHECK(aws_s3_endpoint("eu-west-1").url == "https://s3.eu-west-1.amazonaws.com");
  CHECK(aws_s3_endpoint("cn-north-1").url == "https://s3.cn-north-1.amazonaws.com.cn");
  CHECK(aws_s3_endpoint("us-gov-west-1").url == "https://s3.us-gov-west-1.amazonaws.com");
  CHECK(aws_s3_endpoint("us-iso-east-1").url == "https://s3.us-iso-east-1.c2s.ic.gov");
  CHECK(aws_s3_endpoint("us-isob-east-1").url == "https://s3.us-isob-east-1.sc2s.sgov.gov");
  CHECK(aws_s3_endpoint("us-isof-south-1").url == "https://s3.us-isof-south-1.csp.hci.ic.gov");
  CHECK(aws_s3_endpoint("eu-isoe-west-1").url == "https://s3.eu-isoe-west-1.cloud.adc-e.uk");
}

TEST_CASE("dual-stack and FIPS endpoints have their own hosts") {
  const EndpointVariant dual_stack = {.dual_stack = true};
  const EndpointVariant fips = {.fips = true};
  const EndpointVariant both = {.dual_stack = true, .fips = true};
  CHECK(aws_s3_endpoint("eu-west-1", dual_stack).url == "https://s3.dualstack.eu-west-1.amazonaws.com");
  CHECK(aws_s3_endpoint("cn-north-1", dual_stack).url == "https://s3.dualstack.cn-north-1.amazonaws.com.cn");
  CHECK(aws_s3_endpoint("us-east-1", fips).url == "https://s3-fips.us-east-1.amazonaws.com");
  CHECK(aws_s3_endpoint("us-gov-west-1", both).url ==
        "https://s3-fips.dualstack.us-gov-west-1.amazonaws.com");
  CHECK(url_of({"bucket", "k"}, aws_s3_endpoint("us-east-1", both)) ==
        "https://bucket.s3-fips.dualstack.us-east-1.amazonaws.com/k");
  CHECK_THROWS_AS(aws_s3_endpoint("cn-north-1", fips), Error);
}

TEST_CASE("STS has its own domains for dual-stack, and no other host for FIPS in GovCloud") {
  CHECK(aws_service_endpoint("sts", "eu-west-1", {}) == "https://sts.eu-west-1.amazonaws.com");
  CHECK(aws_service_endpoint("sts", "eu-west-1", {.dual_stack = true}) == "https://sts.eu-west-1.api.aws");
  CHECK(aws_service_endpoint("sts", "cn-north-1", {.dual_stack = true}) ==
        "https://sts.cn-north-1.api.amazonwebservices.com.cn");
  CHECK(aws_service_endpoint("sts", "us-east-1", {.fips = true}) ==
        "https://sts-fips.us-east-1.amazonaws.com");
  CHECK(aws_service_endpoint("sts", "us-gov-west-1", {.fips = true}) ==
        "https://sts.us-gov-west-1.amazonaws.com");
  CHECK(aws_service_endpoint("sts", "us-gov-west-1", {.dual_stack = true, .fips = true}) ==
        "https://sts-fips.us-gov-west-1.api.aws");
}

TEST_CASE("CodeArtifact has the hosts that most services have") {
  const auto endpoint = [](const std::string& region, const EndpointVariant& variant) {
    return aws_service_endpoint("codeartifact", region, variant);
  };
  CHECK(endpoint("eu-west-1", {}) == "https://codeartifact.eu-west-1.amazonaws.com");
  CHECK(endpoint("cn-north-1", {}) == "https://codeartifact.cn-north-1.amazonaws.com.cn");
  CHECK(endpoint("eu-west-1", {.dual_stack = true}) == "https://codeartifact.eu-west-1.api.aws");
  CHECK(endpoint("us-gov-west-1", {.fips = true}) == "https://codeartifact-fips.us-gov-west-1.amazonaws.com");
}

TEST_CASE("dual-stack and FIPS are switched on by the environment before the profile") {
  const auto profile = profile_with({{"use_dualstack_endpoint", "true"}, {"use_fips_endpoint", "true"}});
  CHECK(find_s3_endpoint({}, profile, "us-east-1").url ==
        "https://s3-fips.dualstack.us-east-1.amazonaws.com");
  CHECK(find_s3_endpoint({{"AWS_USE_DUALSTACK_ENDPOINT", "false"}}, profile, "us-east-1").url ==
        "https://s3-fips.us-east-1.amazonaws.com");
  CHECK(find_s3_endpoint({{"AWS_USE_FIPS_ENDPOINT", "True"}}, {}, "us-east-1").url ==
        "https://s3-fips.us-east-1.amazonaws.com");
}

TEST_CASE("an access point is asked for in the region and by the host of its ARN") {
  const S3Uri uri = {"arn:aws:s3:eu-west-1:123456789012:accesspoint/my-point", "a b"};
  CHECK(url_of(uri, aws_s3_endpoint("us-east-1")) ==
        "https://my-point-123456789012.s3-accesspoint.eu-west-1.amazonaws.com/a%20b");
  CHECK(url_of(uri, aws_s3_endpoint("us-east-1", {.dual_stack = true, .fips = true})) ==
        "https://my-point-123456789012.s3-accesspoint-fips.dualstack.eu-west-1.amazonaws.com/a%20b");
  CHECK(url_of({"arn:aws-cn:s3:cn-north-1:123456789012:accesspoint:p", "k"}, aws_s3_endpoint("cn-north-1")) ==
        "https://p-123456789012.s3-accesspoint.cn-north-1.amazonaws.com.cn/k");
  CHECK(url_of(uri, {.url = "https://example.com:8080", .is_custom = true}) ==
        "https://my-point-123456789012.example.com:8080/a%20b");
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

TEST_CASE("the services section of the profile comes before its endpoint_url, each service for itself") {
  auto profile = profile_with({{"endpoint_url", "http://all"}});
  profile.services = {{"s3.endpoint_url", "http://s3"}, {"sts.endpoint_url", "http://sts/"}};
  CHECK(find_endpoint_url({}, profile, "s3") == "http://s3");
  CHECK(find_endpoint_url({}, profile, "sts") == "http://sts");
  CHECK(find_endpoint_url({{"AWS_ENDPOINT_URL", "http://env"}}, profile, "sts") == "http://env");
  profile.services.clear();
  CHECK(find_endpoint_url({}, profile, "sts") == "http://all");
  CHECK(find_endpoint_url({{"S3_ENDPOINT_URL", "http://s3"}}, {}, "sts").empty());
}

TEST_CASE("configured endpoints are ignored where the environment or the profile says so") {
  const EnvVars env = {{"AWS_ENDPOINT_URL", "http://env"}};
  const auto ignoring = profile_with({{"ignore_configured_endpoint_urls", "true"}});
  CHECK(find_endpoint_url(env, ignoring, "s3").empty());
  CHECK(
      find_endpoint_url({{"AWS_ENDPOINT_URL", "http://env"}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}},
                        profile_with({{"endpoint_url", "http://all"}}), "s3")
          .empty());
  CHECK(find_endpoint_url({{"S3_ENDPOINT_URL", "http://s3"}}, ignoring, "s3") == "http://s3");
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
