#pragma once

#include <string>
#include <vector>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/environment.hpp"
#include "sm_train/contract/secrets.hpp"
#include "sm_train/contract/timings.hpp"

namespace sm_train {

struct SummaryInput {
  const Environment& environment;
  const std::string& code;  ///< where it came from: "s3://bucket/key (3 files, 1.2 KiB)"
  const Command& program;
  const Timings& timings;  ///< of the phases until now
  const Secrets& secrets;  ///< not to be shown
};

/// The lines of the log before the program starts: which job and host, with which devices and channels, where
/// the code came from, how long all that took, and the command.
std::vector<std::string> summary(const SummaryInput& input);

}  // namespace sm_train
