#pragma once

#include "sm_train/stages/options.hpp"
#include "sm_train/stages/training.hpp"
#include "sm_train/system/signals.hpp"

namespace sm_train {

/// Runs the job below options.paths from its config files to its report, and gives the exit code: the
/// program's own, 128 + n where signal n killed it, or that of a launcher's fault (see Cause). Every fault
/// ends here, in the report. `train_fn` is called in the place of the program. Jobs may be trained one after
/// the other in a process, but one at a time.
int train(const Options& options, Signals& signals, const TrainFn& train_fn = {});

}  // namespace sm_train
