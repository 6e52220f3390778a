#pragma once

#include "sm_train/contract/code_layout.hpp"
#include "sm_train/contract/command.hpp"
#include "sm_train/contract/environment.hpp"
#include "sm_train/contract/outcome.hpp"
#include "sm_train/stages/launch.hpp"
#include "sm_train/stages/training.hpp"
#include "sm_train/system/signals.hpp"

namespace sm_train {

struct TrainFnEnd {
  Outcome outcome;
  bool ran_a_command = false;  ///< by UserModule::run
};

/// Calls a framework's function in the place of the user's program, which it may run. What it throws is a
/// failed outcome with exit code 1, but for an Error, which is thrown.
TrainFnEnd call_train_fn(const TrainFn& train_fn, const Command& program, const Environment& environment,
                         const CodeLayout& code, Signals& signals, const LaunchOptions& options);

}  // namespace sm_train
