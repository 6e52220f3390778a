#pragma once

#include <string>

#include "sm_train/aws/credentials.hpp"
#include "sm_train/system/http.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// Asks a service other than S3, as often as `sources` says where the failure may pass, and gives its last
/// answer. Throws as http_send does.
HttpResponse ask(const CredentialSources& sources, const HttpRequest& request, const Interrupt& interrupt);

/// The token in a file, without the line break at its end. Throws Error{denied} that names the file and
/// `setting`, which names it, where there is none.
std::string read_token_file(const std::string& file, const std::string& setting);

}  // namespace sm_train
