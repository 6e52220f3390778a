#pragma once

#include <filesystem>
#include <string>
#include <variant>

#include "sm_train/aws/s3_uri.hpp"

namespace sm_train {

/// Where the user's code comes from: an object in S3, or a path in the container.
using CodeSource = std::variant<S3Uri, std::filesystem::path>;

/// Reads `s3://bucket/key`, `file:///path` (RFC 8089, percent-decoded; the host may be `localhost`) or a
/// plain path, which is taken to the letter. Throws Error{usage} that quotes the text where it is none of
/// these.
CodeSource parse_code_source(const std::string& text);

}  // namespace sm_train
