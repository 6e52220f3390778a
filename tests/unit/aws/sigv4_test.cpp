#include "sm_train/aws/sigv4.hpp"

#include "aws/sigv4_botocore_table.hpp"
#include "catch.hpp"
#include "sm_train/aws/uri_encoding.hpp"
#include "sm_train/system/digest.hpp"

using namespace sm_train;

namespace {

// 2013-05-24T00:00:00Z, 2015-08-30T12:36:00Z and 2023-05-06T07:08:09Z.
const auto s3_example_time = std::chrono::system_clock::from_time_t(1369353600);
const auto iam_example_time = std::chrono::system_clock::from_time_t(1440938160);
const auto table_time = std::chrono::system_clock::from_time_t(1683356889);

const Credentials s3_example_keys = {.access_key_id = "AKIAIOSFODNN7EXAMPLE",
                                     .secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
const Credentials iam_example_keys = {.access_key_id = "AKIDEXAMPLE",
                                      .secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};

Signature sign_s3_example(SigningRequest request) {
  if (request.payload_hash.empty()) request.payload_hash = empty_payload_hash;
  request.headers.emplace_back("Host", "examplebucket.s3.amazonaws.com");
  request.headers.emplace_back("x-amz-content-sha256", request.payload_hash);
  return sign(request,
              {.region = "us-east-1",
               .service = "s3",
               .time = s3_example_time,
               .normalize_path = false,
               .double_encode_path = false},
              s3_example_keys);
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html

TEST_CASE("AWS's example of GET object with a range is signed as published") {
  const auto signature = sign_s3_example({.path = "/test.txt", .headers = {{"Range", "bytes=0-9"}}});
  CHECK(signature.canonical_request ==
        "GET\n"
        "/test.txt\n"
        "\n"
        "host:examplebucket.s3.amazonaws.com\n"
        "range:bytes=0-9\n"
        "x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
        "x-amz-date:20130524T000000Z\n"
        "\n"
        "host;range;x-amz-content-sha256;x-amz-date\n"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(signature.string_to_sign ==
        "AWS4-HMAC-SHA256\n"
        "20130524T000000Z\n"
        "20130524/us-east-1/s3/aws4_request\n"
        "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972");
  CHECK(find_header(signature.headers, "Authorization") ==
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST_CASE("AWS's example of PUT object is signed as published") {
  const auto signature = sign_s3_example(
      {.method = "PUT",
       .path = "/" + uri_encode("test$file.text", true),
       .headers = {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
       .payload_hash = to_hex(sha256("Welcome to Amazon S3."))});
  CHECK(to_hex(sha256(signature.canonical_request)) ==
        "9e0e90d9c76de8fa5b200d8c849cd5b8dc7a3be3951ddb7f6a76b4158342019d");
  CHECK(signature.signature == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST_CASE("AWS's example of GET bucket lifecycle is signed as published") {
  const auto signature = sign_s3_example({.query = {{"lifecycle", ""}}});
  CHECK(to_hex(sha256(signature.canonical_request)) ==
        "9766c798316ff2757b517bc739a67f6213b4ab36dd5da2f94eaebf79c77395ca");
  CHECK(signature.signature == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST_CASE("AWS's example of listing objects is signed as published") {
  const auto signature = sign_s3_example({.query = {{"prefix", "J"}, {"max-keys", "2"}}});
  CHECK(to_hex(sha256(signature.canonical_request)) ==
        "df57d21db20da04d7fa30298dd4488ba3a2b47ca3a489c74750e0f1e7df1b9b7");
  CHECK(signature.signature == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
TEST_CASE("AWS's example of IAM ListUsers is signed as published") {
  const auto signature =
      sign({.query = {{"Version", "2010-05-08"}, {"Action", "ListUsers"}},
            .headers = {{"Host", "iam.amazonaws.com"},
                        {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
            .payload_hash = std::string(empty_payload_hash)},
           {.region = "us-east-1", .service = "iam", .time = iam_example_time}, iam_example_keys);
  CHECK(to_hex(sha256(signature.canonical_request)) ==
        "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59");
  CHECK(signature.signature == "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

TEST_CASE("keys, queries and tokens of every kind are signed as botocore signs them") {
  for (const auto& row : test::botocore_signatures) {
    const bool is_s3 = row.service == "s3";
    HttpHeaders headers = {{"Host", "examplebucket.s3.amazonaws.com"}};
    if (is_s3) headers.emplace_back("X-Amz-Content-SHA256", empty_payload_hash);
    auto keys = iam_example_keys;
    keys.session_token = row.session_token;
    const auto signature = sign({.path = "/" + uri_encode(row.key, true),
                                 .query = row.query,
                                 .headers = headers,
                                 .payload_hash = std::string(empty_payload_hash)},
                                {.region = "eu-west-1",
                                 .service = row.service,
                                 .time = table_time,
                                 .normalize_path = !is_s3,
                                 .double_encode_path = !is_s3},
                                keys);
    INFO(row.service << " " << row.key << "\n" << signature.canonical_request);
    CHECK(signature.signature == row.signature);
  }
}

TEST_CASE("values of a header that comes twice are joined, and runs of spaces become one") {
  const auto signature = sign({.headers = {{"Host", "h"}, {"X-A", "  b   c "}, {"x-a", "a"}}},
                              {.region = "r", .service = "s", .time = table_time}, iam_example_keys);
  CHECK(signature.canonical_request.find("\nx-a:b c,a\n") != std::string::npos);
}

TEST_CASE("signing a signed request anew replaces its signature") {
  const SigningScope scope = {.region = "r", .service = "s", .time = table_time};
  auto keys = iam_example_keys;
  keys.session_token = "token";
  const auto once = sign({.headers = {{"Host", "h"}}}, scope, keys);
  const auto twice = sign({.headers = once.headers}, scope, keys);
  CHECK(twice.headers == once.headers);
}
