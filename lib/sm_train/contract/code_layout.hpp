#pragma once

#include <string>
#include <vector>

#include "sm_train/contract/program_start.hpp"

namespace sm_train {

/// What the job's program is, below the code directory.
struct ProgramFile {
  bool is_inside = true;  ///< its name leads to a place below the code directory
  bool is_file = false;   ///< a regular file, or a link to one
  bool is_directory = false;
  bool has_main = false;       ///< a directory with a __main__.py, which Python runs
  bool is_module = false;      ///< "pkg.train" where pkg/train.py or pkg/train/__main__.py is, "train" where
                               ///< train.py is
  bool is_executable = false;  ///< a file that has the execute bit
  ProgramStart start;          ///< of a file
};

/// What lies in the code directory, as far as running and installing it depends on it. A listing, with no
/// file's content but one fact of pyproject.toml and how the program begins.
struct CodeLayout {
  std::string directory;             ///< absolute, without symbolic links
  std::vector<std::string> entries;  ///< the names at its top, sorted; a directory's ends in '/'
  bool has_setup_py = false;
  bool pyproject_makes_package =
      false;  ///< pyproject.toml has a [project] or [build-system] table; many just configure tools
  ProgramFile program;
  std::vector<std::string> files;  ///< for a program that is not there: the files below `directory`, by their
                                   ///< relative paths, as far as a bounded walk comes
};

}  // namespace sm_train
