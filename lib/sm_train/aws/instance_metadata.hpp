#pragma once

#include <string>

#include "sm_train/aws/credentials.hpp"
#include "sm_train/system/http.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// AWS_EC2_METADATA_DISABLED is true.
bool instance_metadata_disabled(const EnvVars& env);

/// A session of IMDSv2 with the metadata service of the instance that we run on: http://169.254.169.254, with
/// AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6 http://[fd00:ec2::254], or what
/// AWS_EC2_METADATA_SERVICE_ENDPOINT names. Each request is tried once, for a second: where there is no such
/// service, nothing answers at all.
/// Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
class InstanceMetadata {
 public:
  /// Asks for a token. Throws TransportError where nothing answers.
  InstanceMetadata(const CredentialSources& sources, const Interrupt& interrupt);

  /// The answer to the request for the token: 200, or nothing else works.
  int status() const { return token_.status; }

  /// What stands at a path below /latest/meta-data/.
  HttpResponse get(const std::string& path) const;

 private:
  HttpResponse send(HttpRequest request) const;

  HttpSend send_;
  Interrupt interrupt_;
  std::string base_;
  HttpResponse token_;
};

/// The region of the instance; empty where its metadata do not tell it.
std::string instance_region(const CredentialSources& sources, const Interrupt& interrupt);

}  // namespace sm_train
