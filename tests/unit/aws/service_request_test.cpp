#include "sm_train/aws/service_request.hpp"

#include "aws/credential_support.hpp"

using namespace sm_train;
using namespace sm_train::test;

namespace {

// 2024-01-02T03:04:05Z. The signatures below are botocore's.
const auto now = std::chrono::system_clock::from_time_t(1704164645);

}  // namespace

TEST_CASE("a request to a service is signed with its region, query and session token") {
  const auto request = make_signed_request(
      sources_of({}),
      {.service = "codeartifact",
       .region = "eu-west-1",
       .method = "POST",
       .path = "/v1/authorization-token",
       .query = {{"domain-owner", "123456789012"}, {"domain", "my-domain"}}},
      {.access_key_id = "AKID", .secret_access_key = "secret/+", .session_token = "tok=="}, now);
  CHECK(request.url ==
        "https://codeartifact.eu-west-1.amazonaws.com/v1/authorization-token"
        "?domain=my-domain&domain-owner=123456789012");
  CHECK(find_header(request.headers, "Authorization") ==
        "AWS4-HMAC-SHA256 Credential=AKID/20240102/eu-west-1/codeartifact/aws4_request, "
        "SignedHeaders=host;x-amz-date;x-amz-security-token, "
        "Signature=b2fa4af9af723e9ee8a39467efea1196c1c60200f5e519d16e9854856c00f47e");
}

TEST_CASE("the port and the path of an endpoint that a setting names are sent and signed") {
  const auto request = make_signed_request(
      sources_of({{"AWS_ENDPOINT_URL_CODEARTIFACT", "http://localhost:4566/a/path/"}}),
      {.service = "codeartifact",
       .region = "eu-west-1",
       .path = "/v1/repository/endpoint",
       .query = {{"repository", "my.repo"},
                 {"format", "pypi"},
                 {"domain", "my-domain"},
                 {"domain-owner", "123456789012"}}},
      {.access_key_id = "AKID", .secret_access_key = "secret/+", .session_token = ""}, now);
  CHECK(request.url ==
        "http://localhost:4566/a/path/v1/repository/endpoint"
        "?domain=my-domain&domain-owner=123456789012&format=pypi&repository=my.repo");
  CHECK(find_header(request.headers, "Host") == "localhost:4566");
  CHECK(contains(std::string(find_header(request.headers, "Authorization")),
                 "Signature=b1bbd0cbcf410786660e8d09e261f7e3d348790b583deb3eda8c5fbdcf462533"));
}
