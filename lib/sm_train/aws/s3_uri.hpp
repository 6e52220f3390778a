#pragma once

#include <string>
#include <string_view>

namespace sm_train {

/// `s3://bucket/key`. The key is the rest of the text to the letter: `?`, `#`, `%` and spaces belong to it.
struct S3Uri {
  std::string bucket;
  std::string key;
};

bool is_s3_uri(std::string_view text);

/// Throws Error{usage} that quotes `text` where there is no bucket or no key.
S3Uri parse_s3_uri(std::string_view text);

std::string to_string(const S3Uri& uri);

}  // namespace sm_train
