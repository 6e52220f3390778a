#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace sm_train {

/// The processes below this one, parents before their children. Source: proc(5). Those whose parent has ended
/// are among them where this process is PID 1 or a subreaper.
std::vector<pid_t> descendants();

/// Whether the process was started with this variable; false where that cannot be read.
bool was_started_with(pid_t process, const std::string& variable);

/// The process's parent; 0 where it is no more.
pid_t parent_of(pid_t process);

}  // namespace sm_train
