#pragma once

#include <filesystem>
#include <string>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/interpreter.hpp"
#include "sm_train/system/interrupt.hpp"
#include "sm_train/system/process_env.hpp"

namespace sm_train {

/// The interpreter for the user's code: `chosen`, else that of VIRTUAL_ENV, of CONDA_PREFIX, else python3,
/// else python on PATH. Throws Error{not_found} where `chosen` is not there.
Interpreter find_python(const std::string& chosen = {}, const EnvVars& env = process_env_vars());

/// Whether a program of that interpreter can import the module. Throws what interrupt.check throws.
bool has_module(const std::string& python, const std::string& module, const EnvVars& env,
                const Interrupt& interrupt = {});

/// Asks an interpreter what installing into it depends on: some 100 ms. It writes nothing, no bytecode
/// either. `requirements` may be empty; `prefix` is where packages could go instead; `env` and `cwd` are the
/// installer's. Of an interpreter that does not answer, or not within a minute, the installer is left to say
/// why. Throws what interrupt.check throws.
InterpreterState look_at_interpreter(const std::string& python, const std::filesystem::path& requirements,
                                     const std::filesystem::path& prefix, const EnvVars& env,
                                     const std::filesystem::path& cwd, const Interrupt& interrupt = {});

}  // namespace sm_train
