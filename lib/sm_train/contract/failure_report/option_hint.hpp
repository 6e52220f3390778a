#pragma once

#include <string>

#include "sm_train/contract/failure_report/error_message.hpp"
#include "sm_train/contract/failure_report/failure_hint.hpp"

namespace sm_train {

/// Where an option comes from that the program's parser refuses, and which setting changes it; empty where
/// `message` tells of none, or of one that the job did not give.
std::string option_hint(const ErrorMessage& message, const FailureClues& clues);

}  // namespace sm_train
