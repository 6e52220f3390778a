#pragma once

#include <filesystem>
#include <string>

#include "sm_train/contract/command.hpp"

namespace sm_train {

/// What a new process was doing when it could not go on.
enum class StartStep { change_directory, execute };

/// Throws the Error of a program that could not be started: `error_number` is errno at `step`, `program` the
/// file that was to be executed.
[[noreturn]] void throw_start_error(const Command& command, const std::filesystem::path& program,
                                    StartStep step, int error_number);

/// Throws the Error of a program that is in no directory of `search_path`, or in one but not executable
/// (`found`).
[[noreturn]] void throw_search_error(const std::string& name, const std::string& search_path,
                                     const std::filesystem::path& found);

}  // namespace sm_train
