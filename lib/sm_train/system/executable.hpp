#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/program_start.hpp"

namespace sm_train {

/// A regular file that this process may execute.
bool is_executable(const std::filesystem::path& path);

/// How a regular file begins; Kind::other where it cannot be read, or is none.
ProgramStart read_program_start(const std::filesystem::path& path);

/// The first executable `name` on env's PATH; nothing where there is none.
std::optional<std::filesystem::path> find_executable(const std::string& name, const EnvVars& env);

}  // namespace sm_train
