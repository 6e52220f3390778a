#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sm_train/contract/error_message.hpp"

namespace sm_train {

/// The last Python traceback in the lines, with those that it is chained to, or the tree of an exception
/// group; also where each line bears a prefix, as torchrun (`[default0]:`, `[rank0]: `) and mpirun
/// (`[1,0]<stderr>:`) add. Important are the exceptions.
///
/// That of a launcher which only says that its child failed (torchrun's ChildFailedError,
/// subprocess.CalledProcessError) gives way to the child's: with torchrun to that of the rank which it names
/// as the root cause. Where the child left no traceback its last lines stand beside the launcher's own words.
std::optional<ErrorMessage> find_traceback(const std::vector<std::string>& lines);

/// How many of the lines stand before the last traceback's end; 0 where there is none.
std::size_t end_of_last_traceback(const std::vector<std::string>& lines);

}  // namespace sm_train
