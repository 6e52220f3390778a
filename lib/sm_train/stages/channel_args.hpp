#pragma once

#include <string>
#include <vector>

#include "sm_train/contract/entry_point.hpp"
#include "sm_train/contract/environment.hpp"
#include "sm_train/stages/options.hpp"

namespace sm_train {

/// The arguments of the program: the hyperparameters' flags, then those of the channels that
/// `options.channel_args` lets through, then `options.extra_arguments`. The automatic rule reads the Python
/// code, within bounds, and says each channel that it leaves out in one line of the log.
std::vector<std::string> program_arguments(const Environment& environment, const CodeLayout& code,
                                           const Options& options);

}  // namespace sm_train
