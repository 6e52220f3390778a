#pragma once

#include <string>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/machine.hpp"
#include "sm_train/system/interrupt.hpp"
#include "sm_train/system/process_env.hpp"

namespace sm_train {

/// The CPUs that are online, as Python's os.cpu_count() says.
int get_available_cpus();

/// The NVIDIA GPUs that this container sees: what the CUDA runtime says where sm-train was built with it,
/// else the driver's library (for a static program, which loads none, the driver's files), else
/// `nvidia-smi --list-gpus` of env's PATH, else none. Makes no CUDA context.
int get_available_gpus(const EnvVars& env = process_env_vars(), const Interrupt& interrupt = {});

/// The hardware and what else of the machine a program is told of. `env` is the process's environment. Tools
/// that must be asked may take a while, and `interrupt` may end them.
Machine inspect(const EnvVars& env = process_env_vars(), const Interrupt& interrupt = {});

}  // namespace sm_train
