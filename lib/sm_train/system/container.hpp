#pragma once

#include "sm_train/contract/command.hpp"

namespace sm_train {

/// Whether this process seems to run in a container: by the files and variables that Docker, Podman,
/// Kubernetes and SageMaker leave there, or as PID 1.
bool is_in_container(const EnvVars& env);

}  // namespace sm_train
