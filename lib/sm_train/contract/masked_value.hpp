#pragma once

#include <string_view>

#include "sm_train/contract/secrets.hpp"
#include "sm_train/contract/value.hpp"

namespace sm_train {

/// The value with its secrets replaced by secret_mask, so that it still is a value of its shape: what is
/// given to a secret name (see is_secret) in an object or, in a list, by a flag before it, all that stands
/// below such a name, and in every text what `secrets` masks. `name` is that of the value itself.
Value masked(const Value& value, const Secrets& secrets, std::string_view name = {});

}  // namespace sm_train
