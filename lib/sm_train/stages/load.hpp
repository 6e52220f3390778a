#pragma once

#include <string>

#include "sm_train/contract/job.hpp"
#include "sm_train/contract/paths.hpp"
#include "sm_train/contract/value.hpp"
#include "sm_train/stages/options.hpp"

namespace sm_train {

/// Throws Error{no_input} where the base path has no input/config: there is no job to run.
void require_job(const Paths& paths);

/// A config file as a value. Throws Error: no_input where it is missing, bad_data where it is no JSON,
/// bad_config where it is a directory or nested too deep, denied where this user may not read it.
Value load_config(const std::filesystem::path& path);

// Each of these takes a missing file for an empty one, with a warning, and throws Error: as load_config for a
// file that is there, and bad_config for a value that cannot be, with its key.

Hyperparameters load_hyperparameters(const Paths& paths);
ResourceConfig load_resource_config(const Paths& paths);
Dict load_input_data_config(const Paths& paths);

/// The directory of a channel's files. It need not exist: a channel in Pipe mode has FIFOs in its place.
std::string get_channel_dir(const Paths& paths, const std::string& channel);

/// Step 3: everything that SageMaker says of the job, with what `options` set over it. Throws Error as the
/// functions above do.
Job load(const Options& options);

}  // namespace sm_train
