#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sm_train {

/// `s3://bucket/key`, or `s3://bucket/key?versionId=ID` for a version of a versioned object. Else the key is
/// the rest of the text to the letter: `?`, `#`, `%` and spaces belong to it.
struct S3Uri {
  std::string bucket;  ///< or the ARN of an access point: arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME
  std::string key;
  std::string version_id = {};  ///< empty: the newest
};

bool is_s3_uri(std::string_view text);

/// Throws Error{usage} that quotes `text` where there is no bucket or no key, or where an ARN is that of
/// something else than an access point.
S3Uri parse_s3_uri(std::string_view text);

std::string to_string(const S3Uri& uri);

/// Another name of a bucket, with permissions of its own.
/// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html
struct AccessPoint {
  std::string region;
  std::string account;
  std::string name;
};

/// The access point that the bucket is, if it is one.
std::optional<AccessPoint> access_point_of(const S3Uri& uri);

}  // namespace sm_train
