#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/fn_signature.hpp"
#include "sm_train/contract/outcome.hpp"
#include "sm_train/contract/value.hpp"
#include "sm_train/stages/fetch.hpp"
#include "sm_train/stages/launch.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/signals.hpp"

namespace sm_train {

/// A Python module in an interpreter of the user's.
struct PythonModule {
  std::string name;                    ///< "train"
  std::filesystem::path directory;     ///< what its name is below, and where it runs
  std::string python;                  ///< the interpreter's path
  EnvVars env;                         ///< of what runs there
  std::vector<std::string> functions;  ///< its own, by name
};

/// Imports a module by its dotted name, or by its file below `directory` ("src/train.py"), to see that it can
/// be, and what is in it. Throws Error{bad_data} with what Python says where it cannot, or takes more than ten
/// minutes, and what interrupt.check throws.
PythonModule import_module(const std::string& name, const std::filesystem::path& directory,
                           const std::string& python, const EnvVars& env, const Interrupt& interrupt = {});

/// Fetches code from S3 (or another source that a job's code may have) into `directory`, and imports a module
/// of it. Throws Error as fetch_code and import_module do.
PythonModule import_module_from_s3(const std::string& uri, const std::string& module_name,
                                   const std::filesystem::path& directory, const std::string& python,
                                   const FetchOptions& options, const EnvVars& env,
                                   const Interrupt& interrupt = {});

/// What a function of the module takes. Throws Error{not_found} that lists the module's functions, else as
/// import_module does.
FnSignature fn_signature(const PythonModule& module, const std::string& function,
                         const Interrupt& interrupt = {});

/// Calls a function of the module with those of the values that it takes, and stays with it as launch() does.
/// What it lacks, and what it raises, is in the Outcome as of any program.
Outcome invoke_fn(const PythonModule& module, const std::string& function, const Dict& values,
                  Signals& signals, const LaunchOptions& options = {});

/// Fetches a module, and calls its function `train` with the hyperparameters by their names, and with all of
/// them as `hyperparameters`. Throws Error as import_module_from_s3 does.
Outcome training_from_fn(const std::string& uri, const Dict& hyperparameters, const std::string& module_name,
                         const std::string& python, const FetchOptions& options, const EnvVars& env,
                         Signals& signals);

}  // namespace sm_train
