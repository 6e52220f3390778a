#pragma once

#include "sm_train/contract/command.hpp"
#include "sm_train/stages/doctor/finding.hpp"
#include "sm_train/system/http_stream.hpp"

namespace sm_train {

/// Whether the certificates that servers are checked against can be read: of the file that AWS_CA_BUNDLE, or
/// else SSL_CERT_FILE, names, else `usual`. `is_needed`: the job asks a service by https.
Finding check_certificates(const EnvVars& env, const CaCertificates& usual, bool is_needed);

}  // namespace sm_train
