#include "sm_train/aws/s3_uri.hpp"

#include <regex>

#include <fmt/core.h>

#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

constexpr std::string_view scheme = "s3://";
constexpr std::string_view version_mark = "?versionId=";

// Where the bucket ends: at the first slash, in an ARN at the one behind the access point's name.
std::size_t bucket_size(std::string_view rest) {
  const auto slash = rest.find('/');
  constexpr std::string_view before_name = ":accesspoint";
  const bool is_arn = rest.starts_with("arn:") && slash != std::string_view::npos;
  return is_arn && rest.substr(0, slash).ends_with(before_name) ? rest.find('/', slash + 1) : slash;
}

}  // namespace

bool is_s3_uri(std::string_view text) {
  return text.starts_with(scheme);
}

S3Uri parse_s3_uri(std::string_view text) {
  const auto rest = is_s3_uri(text) ? text.substr(scheme.size()) : std::string_view();
  const auto end = bucket_size(rest);
  if (end == 0 || end == std::string_view::npos || end + 1 == rest.size())
    throw Error({.cause = Cause::usage,
                 .what = fmt::format("\"{}\" does not name an object in S3.", text),
                 .remedy = "Write it as s3://bucket/key."});
  S3Uri uri = {.bucket = std::string(rest.substr(0, end)), .key = std::string(rest.substr(end + 1))};
  if (const auto mark = uri.key.rfind(version_mark); mark != std::string::npos) {
    uri.version_id = uri.key.substr(mark + version_mark.size());
    uri.key.resize(mark);
  }
  // Multi-region, Outposts and Object Lambda access points are signed in other ways.
  if (uri.bucket.starts_with("arn:") && !access_point_of(uri))
    throw Error(
        {.cause = Cause::usage,
         .what = fmt::format("\"{}\" does not begin with the ARN of an access point of one region.", text),
         .remedy = "Write it as s3://arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME/key, or s3://bucket/key."});
  return uri;
}

std::string to_string(const S3Uri& uri) {
  return fmt::format("{}{}/{}{}{}", scheme, uri.bucket, uri.key, uri.version_id.empty() ? "" : version_mark,
                     uri.version_id);
}

std::optional<AccessPoint> access_point_of(const S3Uri& uri) {
  static const std::regex arn("arn:aws[a-z-]*:s3:([a-z0-9-]+):([0-9]{12}):accesspoint[:/]([a-z0-9-]+)");
  std::smatch parts;
  if (!std::regex_match(uri.bucket, parts, arn)) return std::nullopt;
  return AccessPoint{.region = parts[1], .account = parts[2], .name = parts[3]};
}

}  // namespace sm_train
