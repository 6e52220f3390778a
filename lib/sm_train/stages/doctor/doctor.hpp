#pragma once

#include <vector>

#include "sm_train/contract/secrets.hpp"
#include "sm_train/stages/doctor/finding.hpp"
#include "sm_train/stages/options.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// Looks for what the job below options.paths would die of on this machine: one finding a check, in the order
/// of a job's steps. It starts no program of the user's, fetches no code and leaves no file; the interpreter
/// is started, and services are asked who the credentials are and for the code's first bytes. A check that
/// cannot be done does not stop the others; each ends after some seconds. Secrets of the environment and of
/// the hyperparameters are masked. Throws what interrupt.check throws.
std::vector<Finding> examine(const Options& options, const Interrupt& interrupt = {});

/// One of them, or more, failed.
bool has_failed(const std::vector<Finding>& findings);

}  // namespace sm_train
