#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sm_train/aws/credentials.hpp"
#include "sm_train/contract/value.hpp"

namespace sm_train {

/// AccessKeyId, SecretAccessKey, `token_name` and Expiration of an object; nothing where a key is missing.
/// An Expiration that is no time counts as none.
std::optional<Credentials> credentials_in(const Dict& object, std::string_view token_name);

/// Reads the answer of a container's or an instance's service: an object with AccessKeyId, SecretAccessKey,
/// Token and Expiration. Throws Error{bad_data} that names the service, and never quotes the answer.
Credentials parse_credentials(std::string_view json, const std::string& service);

}  // namespace sm_train
