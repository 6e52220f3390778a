// Stands in for aws/s3.cpp and aws/s3_uri.cpp until they are there.
#include "sm_train/aws/s3.hpp"
#include "sm_train/contract/failure.hpp"

namespace sm_train {

ByteSource open_s3_object(const S3Uri&, const Interrupt&) {
  throw Error({.cause = Cause::internal, .what = "no S3 here", .remedy = ""});
}

bool is_s3_uri(std::string_view text) {
  return text.starts_with("s3://");
}

S3Uri parse_s3_uri(std::string_view text) {
  const std::size_t slash = text.find('/', 5);
  if (slash == std::string_view::npos || slash == 5 || slash + 1 == text.size())
    throw Error({.cause = Cause::usage, .what = std::string(text), .remedy = ""});
  return {.bucket = std::string(text.substr(5, slash - 5)), .key = std::string(text.substr(slash + 1))};
}

}  // namespace sm_train
