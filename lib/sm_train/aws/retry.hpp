#pragma once

#include <chrono>
#include <functional>
#include <string_view>

namespace sm_train {

/// As AWS's standard retry mode counts: the first try, and more, is one.
inline constexpr int default_attempts = 5;

/// How long to wait after the n-th failure in a row, counted from one.
using Backoff = std::function<std::chrono::milliseconds(int failures)>;

/// Exponential with full jitter: from nothing up to one second, doubled with each failure, never above 20 s.
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
std::chrono::milliseconds full_jitter(int failures);

/// Whether standard mode tries again after this status or error code (empty where the answer has none).
bool is_retryable(int status, std::string_view code);

}  // namespace sm_train
