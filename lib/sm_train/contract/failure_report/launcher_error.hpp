#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sm_train/contract/failure_report/error_message.hpp"

namespace sm_train {

/// find_traceback, for the lines of a launcher's child.
using FindTraceback = std::function<std::optional<ErrorMessage>(const std::vector<std::string>&)>;

/// Whether a line is of torchrun's own log or code.
bool is_of_torchrun(std::string_view line);

/// The cause in place of `own`, the traceback at `header` of a launcher which only says that its child failed
/// (torchrun's ChildFailedError, subprocess.CalledProcessError): the child's traceback, with torchrun that of
/// the rank which it names as the root cause. Where the child left none, its last lines stand beside the
/// launcher's own words. Nothing where `own` is no launcher's.
std::optional<ErrorMessage> cause_of_launcher_error(const std::vector<std::string>& lines, std::size_t header,
                                                    const ErrorMessage& own,
                                                    const FindTraceback& find_traceback);

}  // namespace sm_train
