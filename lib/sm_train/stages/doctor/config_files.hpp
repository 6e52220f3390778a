#pragma once

#include "sm_train/contract/job.hpp"
#include "sm_train/contract/paths.hpp"
#include "sm_train/stages/doctor/finding.hpp"
#include "sm_train/stages/options.hpp"

namespace sm_train {

// Each config file by itself, so that all that is wrong with them is told at once. One that is missing is a
// warning, since a job goes on without it; without input/config there is no job, and nothing to check.

Finding check_hyperparameters(const Paths& paths);
Finding check_resource_config(const Paths& paths);
Finding check_input_data_config(const Paths& paths);

/// What all of them and the settings come to: the program, and where its code comes from.
Finding check_job(const Options& options, const Job& job);

/// The base path has input/config.
bool has_configs(const Paths& paths);

}  // namespace sm_train
