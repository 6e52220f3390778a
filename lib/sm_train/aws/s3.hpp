#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "sm_train/aws/retry.hpp"
#include "sm_train/aws/s3_uri.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/byte_source.hpp"
#include "sm_train/system/http_message.hpp"
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
  /// An object of more bytes than this comes in parts, over this many connections, a part over each in turn;
  /// what has come and is not read yet takes connections * part_size bytes of memory at the most.
  std::size_t single_request_size = std::size_t{8} << 20U;
  unsigned connections = 8;
  std::size_t part_size = std::size_t{3} << 20U;  ///< at least 1
  std::chrono::milliseconds connect_timeout = HttpRequest{}.connect_timeout;
  std::chrono::milliseconds stall_timeout = HttpRequest{}.stall_timeout;
};

/// An object on its way here.
struct S3Object {
  ByteSource bytes;
  std::optional<std::uint64_t> size = std::nullopt;  ///< in bytes, where the service tells it
};

/// What came is not one object's bytes: it was replaced while it was read, or the bytes do not match its
/// checksum. Worth another try from the start.
class S3Mismatch : public Error {
 public:
  using Error::Error;
};

/// Opens an object with a signed GET and gives its bytes as they arrive. The rest of a large one is asked for
/// in parts, over several connections, as long as it is the same object (If-Match); a broken transfer is
/// resumed where it stopped. Credentials, region and endpoint are found as the AWS SDKs find them. Throws
/// Error that names the URI: no_input where bucket or key does not exist, denied where access is refused or
/// no credentials are found, unavailable where the service does not answer after the retries; at the end of
/// the bytes S3Mismatch (bad_data) where they do not match the object's checksum, or else its MD5 ETag.
S3Object open_s3_object(const S3Uri& uri, const S3Options& options = {}, const Interrupt& interrupt = {});

}  // namespace sm_train
