#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "sm_train/aws/retry.hpp"
#include "sm_train/aws/s3_uri.hpp"
#include "sm_train/system/byte_source.hpp"
#include "sm_train/system/http.hpp"
#include "sm_train/system/interrupt.hpp"
#include "sm_train/system/process_env.hpp"

namespace sm_train {

struct S3Options {
  /// AWS's variables, for credentials, region, endpoint, certificates and proxies.
  EnvVars env = process_env_vars();
  bool requester_pays = false;      ///< the account of these credentials pays for the requests
  std::string sse_customer_key;     ///< the 32 raw bytes of the key of an object under SSE-C; empty: none
  int attempts = default_attempts;  ///< in a row without a new byte
  Backoff backoff = full_jitter;
  std::chrono::milliseconds connect_timeout = HttpRequest{}.connect_timeout;
  std::chrono::milliseconds stall_timeout = HttpRequest{}.stall_timeout;
};

/// An object on its way here.
struct S3Object {
  ByteSource bytes;
  std::optional<std::uint64_t> size = std::nullopt;  ///< in bytes, where the service tells it
};

/// Opens an object with a signed GET and gives its bytes as they arrive; a broken transfer is resumed where
/// it stopped. Credentials, region and endpoint are found as the AWS SDKs find them. Throws Error that names
/// the URI: no_input where bucket or key does not exist, denied where access is refused or no credentials are
/// found, unavailable where the service does not answer after the retries, bad_data where the bytes do not
/// match the object's ETag.
S3Object open_s3_object(const S3Uri& uri, const S3Options& options = {}, const Interrupt& interrupt = {});

}  // namespace sm_train
