#pragma once

#include <string>

#include "sm_train/contract/command.hpp"

namespace sm_train {

/// The environment of this process.
EnvVars process_env_vars();

/// The value, or an empty text where the variable is not set: AWS takes both as one.
std::string env_var(const EnvVars& env, const std::string& name);

}  // namespace sm_train
