#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sm_train/aws/credentials.hpp"
#include "sm_train/system/http_message.hpp"

namespace sm_train {

/// Name and value, not encoded.
using QueryParameters = std::vector<std::pair<std::string, std::string>>;

/// The query as it is sent and signed: encoded, sorted, `name=value` joined with `&`.
std::string query_string(const QueryParameters& parameters);

struct SigningRequest {
  std::string method = "GET";
  std::string path = "/";  ///< as it is sent, encoded
  QueryParameters query;
  HttpHeaders headers;       ///< those to be signed: Host at least
  std::string payload_hash;  ///< SHA-256 in hexadecimal, or UNSIGNED-PAYLOAD
};

struct SigningScope {
  std::string region;
  std::string service;
  std::chrono::system_clock::time_point time;
  /// Both are on for every service but S3, where a key means what it says.
  bool normalize_path = true;      ///< `.`, `..` and doubled slashes are resolved before signing
  bool double_encode_path = true;  ///< the path is encoded once more before signing
};

struct Signature {
  std::string canonical_request;
  std::string string_to_sign;
  std::string signature;  ///< 64 hexadecimal digits
  HttpHeaders headers;    ///< to be sent: the request's, and X-Amz-Date, X-Amz-Security-Token, Authorization
};

/// AWS Signature Version 4 in the Authorization header.
/// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
Signature sign(const SigningRequest& request, const SigningScope& scope, const Credentials& credentials);

/// The hash of an empty payload.
inline constexpr std::string_view empty_payload_hash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

}  // namespace sm_train
