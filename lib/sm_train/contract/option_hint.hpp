#pragma once

#include <string>
#include <string_view>

#include "sm_train/contract/failure_hint.hpp"

namespace sm_train {

/// Where an option comes from that the program's parser refuses, and which setting changes it; empty where
/// `message` tells of none, or of one that the job did not give.
std::string option_hint(std::string_view message, const FailureClues& clues);

}  // namespace sm_train
