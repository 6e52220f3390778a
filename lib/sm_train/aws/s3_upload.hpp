#pragma once

#include <filesystem>
#include <memory>

#include "sm_train/aws/s3.hpp"

namespace sm_train {

class S3Client;

/// Uploads files one after the other, over the same connections. To be used by one thread.
class S3Uploader {
 public:
  /// Parts go over `connections`. Throws Error as upload_file_to_s3 does where there is no access to S3.
  explicit S3Uploader(const S3Options& options = {}, const Interrupt& interrupt = {},
                      unsigned connections = 4);
  S3Uploader(const S3Uploader&) = delete;
  S3Uploader& operator=(const S3Uploader&) = delete;
  S3Uploader(S3Uploader&&) = delete;
  S3Uploader& operator=(S3Uploader&&) = delete;
  ~S3Uploader();

  /// As upload_file_to_s3; but false, and nothing is stored, where the file is written meanwhile.
  bool upload(const std::filesystem::path& file, const S3Uri& uri);

 private:
  std::unique_ptr<S3Client> client_;
  unsigned connections_;
};

/// Puts a file's bytes into the object `uri`: in one request, or, above 8 MiB, in parts over several
/// connections. The bytes are those that the file has when it is opened here; each part is read once,
/// and four parts of 8 MiB are in memory at the most (parts are larger above 78 GiB, since S3
/// takes 10,000). The signature covers every byte. Throws Error that names the URI: bad_data where the
/// file is written meanwhile, and then nothing is stored; no_input, denied or io where it cannot be read;
/// no_input, denied or unavailable as S3 says. What came of an upload in parts is then given up there
/// (AbortMultipartUpload). Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
void upload_file_to_s3(const std::filesystem::path& file, const S3Uri& uri, const S3Options& options = {},
                       const Interrupt& interrupt = {});

}  // namespace sm_train
