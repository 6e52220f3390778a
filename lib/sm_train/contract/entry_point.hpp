#pragma once

#include <string>
#include <vector>

#include "sm_train/contract/code_layout.hpp"

namespace sm_train {

enum class EntryPointKind {
  python_package,       ///< `python -m NAME`, after the code directory has been installed
  script_of_package,    ///< `python NAME`, after the code directory has been installed
  command_of_package,   ///< `./NAME`, after the code directory has been installed
  python_module,        ///< `python -m NAME`, of a module that lies in the code directory
  python_script,        ///< `python NAME`: a file, or a directory with a __main__.py
  python_function,      ///< MODULE:FUNCTION, called with what its signature names
  function_of_package,  ///< the same, after the code directory has been installed
  framework,  ///< the function that SAGEMAKER_TRAINING_MODULE names: it fetches, installs and runs the user's
              ///< code itself
  command,    ///< `./NAME`: a shell script, or anything that can be executed
};

/// "train:train", "pkg.train:main" or "src/train.py:main": a function of a module, or of a file.
bool names_function(const std::string& program);

/// What of a program's name may be a file: that of the function's module, else the program itself.
std::string file_of_program(const std::string& program);

/// The code directory is installed before the program runs.
bool installs_package(EntryPointKind kind);

/// What runs it is in the Python package of this library.
bool needs_python_package(EntryPointKind kind);

/// A file, or a directory, that the interpreter is given by its name: `python NAME`.
bool is_python_script(EntryPointKind kind);

/// The program is a file that the kernel executes, and not what an interpreter of ours reads.
bool is_command(EntryPointKind kind);

/// How `program` is run, whether it is there or not. The rules of the Python toolkit
/// (sagemaker_training/_entry_point_type.py) come first: a `.sh` is a command even beside a setup.py, and a
/// package hides what it holds. Where the toolkit would fail, what lies there decides.
EntryPointKind choose_entry_point(const std::string& program, const CodeLayout& code);

/// The argv of the program, without its arguments. `python` is the interpreter's path.
std::vector<std::string> entry_point_argv(EntryPointKind kind, const std::string& program,
                                          const std::string& python);

}  // namespace sm_train
