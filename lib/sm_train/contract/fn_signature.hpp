#pragma once

#include <string>
#include <vector>

#include "sm_train/contract/value.hpp"

namespace sm_train {

/// What the signature of a Python function says.
struct FnSignature {
  std::vector<std::string> names;     ///< of its parameters, in order
  std::vector<std::string> required;  ///< those without a default
  bool takes_all = false;             ///< it has **kwargs

  bool operator==(const FnSignature&) const = default;
};

// A name with "-" is taken for one with "_", since Python has no other.

/// Those of the values that have one of these names, in the order of the values.
Dict intersect(const Dict& values, const std::vector<std::string>& names);

/// Those of the values that a function takes: all, where it has **kwargs.
Dict intersect_fn_parameters(const Dict& values, const FnSignature& signature);

}  // namespace sm_train
