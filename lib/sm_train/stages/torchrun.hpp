#pragma once

#include <string>

#include "sm_train/contract/command.hpp"
#include "sm_train/contract/outcome.hpp"
#include "sm_train/stages/options.hpp"
#include "sm_train/system/signals.hpp"

namespace sm_train {

/// Starts torchrun on this host, `host`, and stays with it. A failure is that of the rank which torchrun
/// names as the first, with its exit code, and with the traceback that the program has recorded for torchrun,
/// if it has. Source: https://pytorch.org/docs/stable/elastic/errors.html
Outcome run_torchrun(Command command, const std::string& host, const Options& options, Signals& signals);

}  // namespace sm_train
