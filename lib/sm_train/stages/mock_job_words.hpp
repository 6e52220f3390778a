#pragma once

#include <string>
#include <vector>

#include "sm_train/contract/value.hpp"
#include "sm_train/stages/mock_job.hpp"

namespace sm_train {

// The parts of a mock job as a person writes them on a command line. Each throws Error{usage} that names the
// word, and says how it is written.

/// "lr=0.1": split at the first "=". A value that is JSON is that value, as SageMaker would hand it to the
/// program: a number, true, [1, 2], "\"1\"" for the text 1. Any other is text.
Dict::Item parse_hyperparameter(const std::string& word);

/// Of a name that comes twice the last counts, so that a command can be repeated with something changed.
Dict parse_hyperparameters(const std::vector<std::string>& words);

/// "training=PATH".
MockChannel parse_channel(const std::string& word);

/// "3" for algo-1 to algo-3, or the names: "algo-1,algo-2".
std::vector<std::string> parse_hosts(const std::string& word);

}  // namespace sm_train
