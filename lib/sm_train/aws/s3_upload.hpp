#pragma once

#include <filesystem>

#include "sm_train/aws/s3.hpp"

namespace sm_train {

/// Puts a file's bytes into the object `uri`: in one request, or, above 8 MiB, in parts over several
/// connections. The bytes are those that the file has when it is opened here; each part is read once,
/// and four parts of 8 MiB are in memory at the most (parts are larger above 78 GiB, since S3
/// takes 10,000). The signature covers every byte. Throws Error that names the URI: bad_data where the file
/// becomes shorter meanwhile; no_input, denied or io where it cannot be read; no_input, denied or unavailable
/// as S3 says. What came of an upload in parts is then given up there (AbortMultipartUpload).
/// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
void upload_file_to_s3(const std::filesystem::path& file, const S3Uri& uri, const S3Options& options = {},
                       const Interrupt& interrupt = {});

}  // namespace sm_train
