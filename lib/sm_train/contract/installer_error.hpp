#pragma once

#include <string>
#include <string_view>

namespace sm_train {

/// The line of pip's output that says what was wrong: the last line of a build that failed, else the last
/// error of pip's own; "see the log" where there is neither.
std::string installer_error(std::string_view stdout_tail, std::string_view stderr_tail);

}  // namespace sm_train
