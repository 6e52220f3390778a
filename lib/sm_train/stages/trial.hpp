#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sm_train/contract/paths.hpp"
#include "sm_train/stages/mock_job.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

// To try a program as SageMaker would run it: a mock job, in a directory that a later trial may use again.

/// The program in `code`: the file itself; of a directory its train.py, train.sh or __main__.py. Throws
/// Error{usage} where it has none of these, or more than one, and names what may have been meant;
/// Error{no_input} where there is no `code`.
std::string program_of(const std::filesystem::path& code);

/// Writes the job into a new temporary directory, which stays, and gives its path.
std::filesystem::path write_trial(const MockJob& job, const Interrupt& interrupt = {});

/// Writes the job into `directory`: new, empty, or that of an earlier trial. Then input, code, model and
/// output are made anew, and the checkpoints stay, as they do when SageMaker starts a job again. Throws
/// Error{cannot_create} for any other directory, which is left as it is, where something is mounted on what
/// would be made anew, and while another trial uses it: what is given is its lock, to be held until the
/// program has ended. Only its user can read the hyperparameters.
UniqueFd write_trial(const MockJob& job, const std::filesystem::path& directory,
                     const Interrupt& interrupt = {});

/// What a trial has left, for people: "model: PATH (2 files, 1.2 KiB)" and the like, a line each; only what
/// holds something, but the model always.
std::vector<std::string> trial_results(const Paths& paths);

}  // namespace sm_train
