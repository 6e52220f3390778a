#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sm_train/contract/failure_report/error_message.hpp"

namespace sm_train {

/// The last Python traceback in the lines, with those that it is chained to, or the tree of an exception
/// group, and what the program said after it; also where each line bears a prefix, as torchrun
/// (`[default0]:`, `[rank0]: `) and mpirun (`[1,0]<stderr>:`) add. Important are the exceptions and the last
/// line. A header without a frame below it is none.
///
/// Of more than 20 lines that follow, but for indented ones, the last 6 are told, and the program may have
/// got over the exception.
///
/// Two kinds give way, but for the exception's line, to a traceback before them that the program has not got
/// over: what Python prints of an exception that does not end the program (`Exception ignored in`, `Exception
/// in thread`, `... exception was never retrieved`, `Process ...-1:`), else told with the lines above it; and
/// that of a rank which lost its peers (NCCL, `Connection closed by peer`), to another rank's. That of a
/// launcher gives way to its child's (see cause_of_launcher_error).
std::optional<ErrorMessage> find_traceback(const std::vector<std::string>& lines);

/// How many of the lines stand before the last traceback's end; 0 where there is none.
std::size_t end_of_last_traceback(const std::vector<std::string>& lines);

}  // namespace sm_train
