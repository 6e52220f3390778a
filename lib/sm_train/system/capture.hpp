#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "sm_train/contract/command.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

/// Runs a short command and gives what it wrote to its standard output, of which the first MiB counts;
/// nothing where it cannot be started, does not exit with 0, or takes longer than `limit` (it is then
/// killed). Its standard error is dropped. `interrupt` may end it early.
std::optional<std::string> capture_output(const Command& command, std::chrono::milliseconds limit,
                                          const Interrupt& interrupt = {});

}  // namespace sm_train
