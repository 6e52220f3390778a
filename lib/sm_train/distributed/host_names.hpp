#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// Whether a host's name has an address now. It may take its time, and is called by several threads at once.
using Resolve = std::function<bool(const std::string& name)>;

/// By getaddrinfo(3).
bool resolves(const std::string& name);

/// In SageMaker Studio's local mode the hosts' names need not resolve: SM_STUDIO_LOCAL_MODE is true, in any
/// case, or 1. Source: sagemaker_training/entry_point.py
bool is_studio_local_mode(const EnvVars& env);

/// Returns when all names have resolved. It looks again at those that did not after 0.1 s, and then after
/// twice as long each time, up to 2 s. A look that is interrupted leaves at most 16 threads behind, which end
/// with the call of `resolve` that they are in. Throws Error{unavailable} that lists what is missing after
/// `timeout`, and what interrupt.check throws.
void wait_for_names(const std::vector<std::string>& names, std::chrono::milliseconds timeout,
                    const Interrupt& interrupt, const Resolve& resolve = resolves);

}  // namespace sm_train
