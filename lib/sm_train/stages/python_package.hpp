#pragma once

#include <filesystem>
#include <string>

#include "sm_train/python/interpreter.hpp"
#include "sm_train/stages/install.hpp"
#include "sm_train/system/signals.hpp"

namespace sm_train {

/// Makes a directory of modules installable as the distribution `name`: writes a setup.py that installs all
/// of its modules and packages, with their data files. False, and nothing is written, where it is a Python
/// package already (a setup.py, or a pyproject.toml that makes one). Throws Error: bad_config where `name` is
/// no name of a distribution, cannot_create or denied where the file cannot be written.
/// Source of the names: https://packaging.python.org/en/latest/specifications/name-normalization/
bool create_python_package(const std::filesystem::path& directory, const std::string& name);

/// Installs the Python package in a directory, and its requirements.txt, into an interpreter, with what `env`
/// says of pip and uv. Throws Error as prepare_installation and install do, and cannot_create where the
/// interpreter takes no packages.
void install_python_package(const std::filesystem::path& directory, Signals& signals,
                            const Interpreter& python = find_python(),
                            const EnvVars& env = process_env_vars(), const InstallOptions& options = {});

}  // namespace sm_train
