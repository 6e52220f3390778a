#pragma once

#include <string>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/environment.hpp"

namespace sm_train {

/// A value as a variable holds it: text as it is, null empty, the rest as JSON.
std::string env_var_text(const Value& value);

/// Every variable that a program finds beside those of the image: name -> value, as text of a Value (see
/// os_bytes). `user_args` are the program's arguments (SM_USER_ARGS). Throws Error{bad_config} where a
/// hyperparameter's or a channel's name cannot be part of a variable's.
EnvVars to_env_vars(const Environment& environment, const std::vector<std::string>& user_args);

}  // namespace sm_train
