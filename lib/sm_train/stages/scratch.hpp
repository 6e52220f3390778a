#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "sm_train/contract/command.hpp"
#include "sm_train/system/files.hpp"

namespace sm_train {

/// A new directory where one can be made and programs can lie, also in a container with a read-only root file
/// system: in TMPDIR of `env` or /tmp, else in `base`, else in /dev/shm. Nothing where there is none.
std::optional<TempDir> make_scratch(const std::string& prefix, const EnvVars& env,
                                    const std::filesystem::path& base);

/// Where code can be fetched to when `code` cannot be written and holds nothing: a directory that goes with
/// the job. Nothing where it can, or where there is no such place, and the fetch will say why.
std::optional<TempDir> make_room_for_code(const std::filesystem::path& code, const EnvVars& env,
                                          const std::filesystem::path& base);

}  // namespace sm_train
