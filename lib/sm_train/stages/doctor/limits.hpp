#pragma once

#include <cstdint>
#include <optional>

#include "sm_train/stages/doctor/finding.hpp"

namespace sm_train {

/// What a program may have at most; none: as much as it likes.
struct ProcessLimits {
  std::optional<std::uint64_t> open_files;  ///< RLIMIT_NOFILE, the soft one
  std::optional<std::uint64_t> processes;   ///< the lower of RLIMIT_NPROC and of the cgroup's pids.max
};

ProcessLimits process_limits();

Finding check_limits(const ProcessLimits& limits);

}  // namespace sm_train
