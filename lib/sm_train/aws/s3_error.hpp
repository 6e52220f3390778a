#pragma once

#include <string>
#include <string_view>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/http_message.hpp"

namespace sm_train {

/// What S3 says instead of the object.
/// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
struct S3Error {
  int status = 0;
  std::string code;     ///< "NoSuchKey"; empty where the answer has no such XML
  std::string message;  ///< a sentence of the service's own
  std::string region;   ///< the bucket's, where the answer tells it and it is the name of one
};

S3Error read_s3_error(int status, const HttpHeaders& headers, std::string_view body);

/// The request went to another region than the bucket's, and the answer tells which that is.
bool is_wrong_region(const S3Error& error);

/// The credentials were temporary ones, and their time is over.
bool is_expired_token(const S3Error& error);

/// What the error means to the user, with the service's own words; the caller adds the URI.
Failure failure_of(const S3Error& error);

}  // namespace sm_train
