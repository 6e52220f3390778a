#pragma once

#include <string>
#include <vector>

#include "sm_train/contract/arguments.hpp"
#include "sm_train/contract/environment.hpp"
#include "sm_train/contract/failure_report/error_message.hpp"
#include "sm_train/contract/failure_report/volume.hpp"
#include "sm_train/contract/outcome.hpp"
#include "sm_train/contract/value.hpp"

namespace sm_train {

/// What is known of the job and the machine of a program that failed, beside how it ended.
struct FailureClues {
  std::vector<std::string> channels;  ///< their names
  Dict hyperparameters;               ///< that became flags
  ArgumentOptions arguments;          ///< how they became flags
  std::vector<Volume> volumes;  ///< that the program may have written to, as they were when it had ended
};

/// The job's part of the clues, without the machine's.
FailureClues clues_of(const Environment& environment, const ArgumentOptions& arguments);

/// What the reader can do about a program's failure, in one sentence or two; empty where nothing is known.
/// `message` is what the report shows of its output. Valid UTF-8 without control characters, of at most 400
/// characters.
std::string failure_hint(const Outcome& outcome, const ErrorMessage& message, const FailureClues& clues);

}  // namespace sm_train
