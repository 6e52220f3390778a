#pragma once

#include <string>
#include <vector>

namespace sm_train {

/// The Python interpreter for the user's code.
struct Interpreter {
  std::string path;        ///< empty: none was found
  std::string looked_for;  ///< for the message then: "VIRTUAL_ENV, CONDA_PREFIX, python3 and python on PATH"
};

/// Its path. Throws Error{not_found} where none was found.
const std::string& require_python(const Interpreter& python);

/// What an interpreter says of itself, as far as installing into it depends on that.
struct InterpreterState {
  bool requirements_are_satisfied = false;  ///< and all that they require
  bool has_pip = true;
  bool is_externally_managed = false;  ///< PEP 668: whoever packaged it wants no packages beside its own
  bool is_virtual = false;             ///< of a virtual environment
  bool is_site_writable = true;        ///< its own site-packages
  bool is_user_site_writable = false;  ///< its user's, which pip takes instead, and uv does not
  std::vector<std::string> pip_config_files;  ///< that pip reads
  // Where an installer puts what it installs below a prefix.
  std::vector<std::string> module_directories;
  std::vector<std::string> script_directories;
};

}  // namespace sm_train
