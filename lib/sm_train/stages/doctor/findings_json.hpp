#pragma once

#include <string>
#include <vector>

#include "sm_train/stages/doctor/finding.hpp"

namespace sm_train {

/// {"findings": [{"name": "disk", "verdict": "failed", "what": "...", "remedy": "..."}], "passed": 0,
/// "warning": 0, "failed": 1, "skipped": 0} as one line: each check once, and how many have each verdict.
std::string findings_json(const std::vector<Finding>& findings);

}  // namespace sm_train
