#pragma once

#include "sm_train/aws/s3_uri.hpp"
#include "sm_train/system/byte_source.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// Opens an object with a signed GET and gives its bytes as they arrive; a broken transfer is resumed where
/// it stopped. Credentials, region and endpoint are found as the AWS SDKs find them. Throws Error that names
/// the URI: no_input where bucket or key does not exist, denied where access is refused or no credentials are
/// found, unavailable where the service does not answer after the retries, bad_data where the bytes do not
/// match the object's ETag.
ByteSource open_s3_object(const S3Uri& uri, const Interrupt& interrupt = {});

}  // namespace sm_train
