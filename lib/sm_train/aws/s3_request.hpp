#pragma once

#include <chrono>
#include <string>

#include "sm_train/aws/credentials.hpp"
#include "sm_train/aws/endpoint.hpp"
#include "sm_train/aws/s3_uri.hpp"
#include "sm_train/aws/sigv4.hpp"
#include "sm_train/system/http_message.hpp"

namespace sm_train {

/// Where requests to S3 go, and how they are signed.
struct S3Access {
  CredentialSources sources;  ///< where the credentials come from, to ask there again
  Credentials credentials;
  std::chrono::system_clock::time_point renew_at;  ///< when refresh_credentials asks again
  std::string region;
  S3Endpoint endpoint;
  std::string ca_bundle;                             ///< AWS_CA_BUNDLE, else SSL_CERT_FILE
  std::chrono::system_clock::duration clock_skew{};  ///< what the service's clock is ahead of ours
};

/// Credentials, region, endpoint and certificates as the AWS SDKs find them; the region is the instance's own
/// where its role gives the credentials and no setting says, else us-east-1. Throws Error as they do.
S3Access find_s3_access(const EnvVars& env, const Backoff& backoff, const Interrupt& interrupt);

/// To be called before each request: asks for credentials again within five minutes of their end, and then
/// once a minute. Where that fails the old ones stay, as long as they last.
void refresh_credentials(S3Access& access, std::chrono::system_clock::time_point now,
                         const Interrupt& interrupt);

/// Asks for credentials again, as S3 no longer takes these. False where the same ones come.
bool renew_credentials(S3Access& access, std::chrono::system_clock::time_point now,
                       const Interrupt& interrupt);

/// An operation on an object, or, where the key is empty, on its bucket.
struct S3Request {
  std::string method = "GET";
  S3Uri uri;
  QueryParameters query;
  HttpHeaders headers;
  SharedBytes body;
};

/// The request as it is sent at `now` by our clock: everything in it is signed.
HttpRequest make_request(const S3Access& access, S3Request request,
                         std::chrono::system_clock::time_point now);

}  // namespace sm_train
