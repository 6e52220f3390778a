#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sm_train {

/// Why an installer failed.
struct InstallerError {
  std::string what;    ///< without a full stop
  std::string remedy;  ///< a sentence
};

/// The line of pip's or uv's output that says what was wrong, and what to do about it: the last line of a
/// build that failed, else what uv could not resolve, else the last error, else the last line.
InstallerError installer_error(std::string_view stdout_tail, std::string_view stderr_tail);

/// What pip ("Successfully installed a-1.0 b-2.0") or uv (" + a==1.0") has installed, as "a 1.0".
std::vector<std::string> installed_packages(std::string_view stdout_tail, std::string_view stderr_tail);

}  // namespace sm_train
