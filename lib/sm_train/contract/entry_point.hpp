#pragma once

#include <string>
#include <vector>

namespace sm_train {

/// What lies in the code directory, as far as running and installing it depends on it. A listing, with no
/// file's content but one fact of pyproject.toml.
struct CodeLayout {
  std::string directory;             ///< absolute, without symbolic links
  std::vector<std::string> entries;  ///< the names at its top, sorted; a directory's ends in '/'
  bool has_setup_py = false;
  bool pyproject_makes_package =
      false;  ///< pyproject.toml has a [project] or [build-system] table; many just configure tools
  bool has_requirements = false;  ///< requirements.txt
  bool program_is_inside = true;  ///< the job's program names a place below `directory`
  bool program_is_file = false;   ///< and there is a file
};

enum class EntryPointKind {
  python_package,  ///< `python -m NAME`, after the code directory has been installed
  python_script,   ///< `python NAME`
  framework,  ///< the function that SAGEMAKER_TRAINING_MODULE names: it fetches, installs and runs the user's
              ///< code itself
  command,    ///< `./NAME`: a shell script, or anything that can be executed
};

/// How `program` is run: a shell script is a command even beside a setup.py; a package hides what it holds.
EntryPointKind choose_entry_point(const std::string& program, const CodeLayout& code);

/// The argv of the program, without its arguments. `python` is the interpreter's path.
std::vector<std::string> entry_point_argv(EntryPointKind kind, const std::string& program,
                                          const std::string& python);

}  // namespace sm_train
