#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/fn_signature.hpp"
#include "sm_train/contract/outcome.hpp"
#include "sm_train/contract/value.hpp"
#include "sm_train/stages/fetch.hpp"
#include "sm_train/stages/launch.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/interrupt.hpp"
#include "sm_train/system/process_env.hpp"
#include "sm_train/system/signals.hpp"

namespace sm_train {

/// Where Python functions run.
struct PythonOptions {
  std::string python;                ///< the interpreter; empty: the one that find_python finds
  EnvVars env = process_env_vars();  ///< of what runs there
  Interrupt interrupt;               ///< may end what takes long: fetching, and an import
};

/// A Python module in an interpreter of the user's.
struct PythonModule {
  std::string name;                                  ///< "train"
  std::filesystem::path directory;                   ///< what its name is below, and where it runs
  std::string python;                                ///< the interpreter's path
  EnvVars env;                                       ///< of what runs there
  std::vector<std::string> functions;                ///< its own, by name
  std::shared_ptr<const TempDir> fetched = nullptr;  ///< holds the directory of one that came from S3
};

/// Imports a module by its dotted name, or by its file below `directory` ("src/train.py"), to see that it can
/// be, and what is in it. Throws Error: bad_data with what Python says where it cannot, or takes more than
/// ten minutes; not_found without an interpreter; and what the interrupt throws.
PythonModule import_module(const std::string& name, const std::filesystem::path& directory,
                           const PythonOptions& options = {});

/// Fetches code from S3 (or another source that a job's code may have), and imports a module of it. Throws
/// Error as fetch_code and import_module do.
PythonModule import_module_from_s3(const std::string& uri, const std::string& module_name,
                                   const PythonOptions& options = {}, const FetchOptions& fetch = {});

/// What a function of the module takes. Throws Error{not_found} that lists the module's functions, else as
/// import_module does.
FnSignature fn_signature(const PythonModule& module, const std::string& function,
                         const Interrupt& interrupt = {});

/// Calls a function of the module with those of the values that it takes (see intersect_fn_parameters), and
/// stays with it as launch() does. What it lacks, and what it raises, is in the Outcome as of any program.
/// Throws Error as launch does.
Outcome invoke_fn(const PythonModule& module, const std::string& function, const Dict& values,
                  Signals& signals, const LaunchOptions& options = {});

/// Fetches a module, and calls its function `train` with the hyperparameters by their names, and with all of
/// them as `hyperparameters`. Signals of the process end the fetching too. Throws Error as
/// import_module_from_s3 and invoke_fn do.
Outcome training_from_fn(const std::string& uri, const Dict& hyperparameters, const std::string& module_name,
                         Signals& signals, PythonOptions options = {}, const FetchOptions& fetch = {});

}  // namespace sm_train
