#pragma once

#include <string>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/entry_point.hpp"
#include "sm_train/contract/plan.hpp"
#include "sm_train/stages/options.hpp"
#include "sm_train/system/signals.hpp"

namespace sm_train {

/// The interpreter for the user's code: `chosen`, else that of VIRTUAL_ENV, of CONDA_PREFIX, else python3,
/// else python on PATH. Throws Error{not_found} where `chosen` is not there.
Interpreter find_python(const std::string& chosen, const EnvVars& env);

/// Throws Error{no_input} where `requirements`, below the code directory or absolute, is chosen and no file.
void require_requirements(const std::string& requirements, const CodeLayout& code);

/// Gives a program that is to be run as a command the execute bit that it lacks, as the Python toolkit does.
void make_executable(const CodeLayout& code, const std::string& program);

/// Step 1: carries the steps out, quietly. Throws Error{unavailable} with the installer's last error where
/// one fails; a signal that ends the job (SIGTERM and its like) ends the installer and is thrown as that.
void install(const std::vector<InstallStep>& steps, Signals& signals);

}  // namespace sm_train
