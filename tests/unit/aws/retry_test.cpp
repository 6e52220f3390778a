#include "sm_train/aws/retry.hpp"

#include <algorithm>

#include "catch.hpp"

using namespace sm_train;

TEST_CASE("the wait after a failure is drawn from a range that doubles up to twenty seconds") {
  for (const auto& [failures, limit] :
       {std::pair{1, 1000}, {2, 2000}, {4, 8000}, {6, 20'000}, {1000, 20'000}}) {
    long longest = 0;
    for (int i = 0; i < 200; ++i) {
      const auto wait = full_jitter(failures).count();
      CHECK(wait >= 0);
      CHECK(wait <= limit);
      longest = std::max(longest, static_cast<long>(wait));
    }
    // Full jitter reaches far into its range: 200 draws below a half of it would be a bug.
    CHECK(longest > limit / 2);
  }
}

TEST_CASE("server faults, throttling and timeouts are retried, and refusals are not") {
  for (const int status : {429, 500, 502, 503, 504}) CHECK(is_retryable(status, ""));
  CHECK(is_retryable(503, "SlowDown"));
  CHECK(is_retryable(400, "RequestTimeout"));
  for (const int status : {301, 400, 403, 404, 412, 416, 501}) CHECK_FALSE(is_retryable(status, ""));
  CHECK_FALSE(is_retryable(403, "AccessDenied"));
}
