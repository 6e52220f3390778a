#pragma once

#include <chrono>

#include "sm_train/aws/retry.hpp"
#include "sm_train/aws/s3.hpp"
#include "sm_train/system/http.hpp"
#include "sm_train/system/process_env.hpp"

namespace sm_train {

struct S3Options {
  EnvVars env;                      ///< AWS's variables, for credentials, region, endpoint and certificates
  int attempts = default_attempts;  ///< in a row without a new byte
  Backoff backoff = full_jitter;
  std::chrono::milliseconds connect_timeout = HttpRequest{}.connect_timeout;
  std::chrono::milliseconds stall_timeout = HttpRequest{}.stall_timeout;
};

/// open_s3_object with everything given.
ByteSource open_s3_object_with(const S3Options& options, const S3Uri& uri, const Interrupt& interrupt = {});

}  // namespace sm_train
