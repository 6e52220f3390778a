#pragma once

#include <utility>

#include "sm_train/aws/s3.hpp"
#include "sm_train/aws/s3_error.hpp"
#include "sm_train/aws/s3_request.hpp"
#include "sm_train/system/http.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// The failures of one piece of work since it last came further.
class Retries {
 public:
  explicit Retries(const S3Options& options) : attempts_(options.attempts), backoff_(options.backoff) {}

  void came_further() { failures_ = 0; }
  /// Waits as the backoff says; throws Error{unavailable} with the failure where there were enough attempts.
  void wait_after(const Failure& failure, const Interrupt& interrupt);

 private:
  int attempts_;
  Backoff backoff_;
  int failures_ = 0;
};

/// The way to S3 of one thread: it signs, tries again, and corrects region, clock and credentials where S3's
/// answer says that they are wrong.
class S3Client {
 public:
  /// Finds credentials, region and endpoint. Throws Error as find_s3_access does.
  explicit S3Client(S3Options options, Interrupt interrupt = {});

  /// The same access, over connections of its own.
  S3Client on_another_thread() const;

  /// The answer to a request, with a status of 2xx. Throws Error that tells what S3 says instead.
  HttpStream open(const S3Request& request, Retries& retries);

  /// The whole answer, where that is small.
  HttpResponse send(const S3Request& request, std::size_t max_body = max_http_body);

  const S3Options& options() const { return options_; }
  const Interrupt& interrupt() const { return interrupt_; }
  /// Later requests have one attempt of a few seconds.
  void hurry();
  void set_interrupt(Interrupt interrupt) { interrupt_ = std::move(interrupt); }

 private:
  HttpRequest next_request(const S3Request& request);
  void handle(const S3Error& error, const HttpHeaders& headers, Retries& retries);
  bool correct_region(const S3Error& error);
  bool correct_clock(const S3Error& error, const HttpHeaders& headers);
  bool correct_token(const S3Error& error);

  S3Options options_;
  Interrupt interrupt_;
  S3Access access_;
  HttpConnections connections_;
  bool region_corrected_ = false;
  bool clock_corrected_ = false;
  bool token_corrected_ = false;  // since the last request that was answered
};

/// Who pays for a request.
/// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html
HttpHeaders payer_headers(const S3Options& options);

/// The same, and the key of SSE-C: for a request that reads or writes an object.
/// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html
HttpHeaders object_headers(const S3Options& options);

}  // namespace sm_train
