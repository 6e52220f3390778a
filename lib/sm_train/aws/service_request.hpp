#pragma once

#include <chrono>
#include <string>

#include "sm_train/aws/credentials.hpp"
#include "sm_train/aws/sigv4.hpp"
#include "sm_train/system/http_message.hpp"

namespace sm_train {

/// A request to a service other than S3.
struct ServiceRequest {
  std::string service;  ///< as endpoints, settings and signatures name it: "sts"
  std::string region;
  std::string method = "GET";
  std::string path = "/";  ///< encoded
  QueryParameters query = {};
  HttpHeaders headers = {};
  SharedBytes body = {};
};

/// The request to the service's endpoint (find_service_endpoint), not signed.
HttpRequest make_request(const CredentialSources& sources, const ServiceRequest& request);

/// The same, signed by `credentials` at `now`.
HttpRequest make_signed_request(const CredentialSources& sources, const ServiceRequest& request,
                                const Credentials& credentials, std::chrono::system_clock::time_point now);

}  // namespace sm_train
