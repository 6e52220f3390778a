#pragma once

#include <string>

#include "sm_train/contract/command.hpp"

namespace sm_train {

/// A command as one readable line that a shell would read back, for a person's eyes only. The value of a flag
/// whose name holds SECRET, TOKEN, PASSWORD or KEY, in any case, is shown as `******`.
std::string command_line(const Command& command);

}  // namespace sm_train
