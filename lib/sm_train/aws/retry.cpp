#include "sm_train/aws/retry.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace sm_train {

namespace {

constexpr std::array retryable_statuses = {429, 500, 502, 503, 504};

constexpr std::array<std::string_view, 20> retryable_codes = {
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "InternalError",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequests",
    "TooManyRequestsException",
    "TransactionInProgressException",
    "TransientFailure",
};

}  // namespace

std::chrono::milliseconds full_jitter(int failures) {
  constexpr int first = 1000;
  constexpr int longest = 20'000;
  const int limit = std::min(longest, first << std::clamp(failures - 1, 0, 10));
  // Hosts of one job fail together: each must draw its own number.
  std::random_device random;
  return std::chrono::milliseconds(std::uniform_int_distribution<int>(0, limit)(random));
}

bool is_retryable(int status, std::string_view code) {
  return std::ranges::find(retryable_statuses, status) != retryable_statuses.end() ||
         std::ranges::find(retryable_codes, code) != retryable_codes.end();
}

}  // namespace sm_train
