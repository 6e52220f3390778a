#pragma once

#include <filesystem>
#include <string>

namespace sm_train {

/// The 32 raw bytes of an SSE-C key from a file that holds just them, or their base64 (with white space after
/// it). Throws Error that names the file, and never its content: no_input, denied, io, and bad_data where it
/// holds anything else.
/// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html
std::string read_sse_customer_key(const std::filesystem::path& file);

}  // namespace sm_train
