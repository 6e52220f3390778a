#pragma once

#include "sm_train/contract/interpreter.hpp"
#include "sm_train/stages/doctor/finding.hpp"
#include "sm_train/stages/doctor/program.hpp"
#include "sm_train/stages/options.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// Whether a job needs an interpreter.
enum class PythonNeed { none, needed, unknown };

/// `need` is that of the program, or of what must be installed for it.
PythonNeed need_of_python(const ForeseenProgram& program);

/// Which interpreter there is, of which version, and whether it runs at all, in `env`.
Finding check_interpreter(const Interpreter& python, PythonNeed need, const EnvVars& env,
                          const Interrupt& interrupt);

/// What can install packages into it: uv, pip; and whether it takes any.
Finding check_installer(const Interpreter& python, const EnvVars& env, const Interrupt& interrupt);

/// What would be installed for a program, and by what. Skipped where its code is still to be fetched. Throws
/// Error as prepare_installation does. `options` are the job's, with its requirements file.
Finding check_installation(const ForeseenProgram& program, const Interpreter& python, const Options& options,
                           const Interrupt& interrupt);

}  // namespace sm_train
