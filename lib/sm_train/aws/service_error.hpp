#pragma once

#include <string>

#include "sm_train/system/http.hpp"

namespace sm_train {

/// What a service other than S3 says in the place of its answer, as it may stand in a message.
struct ServiceError {
  std::string code;     ///< "AccessDenied"; empty where the answer tells none
  std::string message;  ///< a sentence of the service's own; empty likewise
};

/// The error in an answer of XML (as STS gives it), or of JSON: its code then stands in the header
/// X-Amzn-ErrorType, in __type or in code, maybe between a namespace ("com.amazon#") and a URI (":http://").
/// Source: https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
ServiceError read_service_error(const HttpResponse& response);

/// The error as it stands in brackets: "403 AccessDenied: User ... is not authorized".
std::string describe(int status, const ServiceError& error);

}  // namespace sm_train
