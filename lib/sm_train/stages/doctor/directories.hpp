#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/paths.hpp"
#include "sm_train/stages/doctor/finding.hpp"

namespace sm_train {

/// A directory that a job writes to.
struct WrittenDirectory {
  std::string name;  ///< for people: "output"
  std::filesystem::path path;
  bool must_be_writable = true;  ///< false: a job goes on without it
};

/// The model, the output, the code, temporary files and, where there is one, the checkpoints.
std::vector<WrittenDirectory> written_directories(const Paths& paths,
                                                  const std::optional<std::string>& checkpoint_dir,
                                                  const EnvVars& env);

/// Whether this user can write to them; one that is not there counts as the nearest one above it that is.
Finding check_directories(const std::vector<WrittenDirectory>& directories);

/// Whether there is room on their volumes: for bytes, at least `enough`, and for files.
Finding check_disk(const std::vector<WrittenDirectory>& directories,
                   std::uint64_t enough = std::uint64_t{1} << 30U);

}  // namespace sm_train
