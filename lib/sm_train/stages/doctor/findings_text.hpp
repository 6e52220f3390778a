#pragma once

#include <string>
#include <vector>

#include "sm_train/stages/doctor/finding.hpp"

namespace sm_train {

/// For people, in lines of at most 80 characters (but for a word that is longer): a mark for the verdict (ok,
/// warn, FAIL, skip), the check's name and what it found, with the remedy below; last a line that counts
/// them. With `has_colour` the marks are in colours of a terminal. What stands in a finding cannot command
/// one.
std::string findings_text(const std::vector<Finding>& findings, bool has_colour);

}  // namespace sm_train
