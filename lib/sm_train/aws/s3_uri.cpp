#include "sm_train/aws/s3_uri.hpp"

#include <fmt/core.h>

#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

constexpr std::string_view scheme = "s3://";

}  // namespace

bool is_s3_uri(std::string_view text) {
  return text.starts_with(scheme);
}

S3Uri parse_s3_uri(std::string_view text) {
  const auto rest = is_s3_uri(text) ? text.substr(scheme.size()) : std::string_view();
  const auto slash = rest.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == rest.size())
    throw Error({.cause = Cause::usage,
                 .what = fmt::format("\"{}\" does not name an object in S3.", text),
                 .remedy = "Write it as s3://bucket/key."});
  return {.bucket = std::string(rest.substr(0, slash)), .key = std::string(rest.substr(slash + 1))};
}

std::string to_string(const S3Uri& uri) {
  return fmt::format("{}{}/{}", scheme, uri.bucket, uri.key);
}

}  // namespace sm_train
