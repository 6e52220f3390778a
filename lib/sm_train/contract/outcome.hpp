#pragma once

#include <optional>
#include <string>
#include <variant>

namespace sm_train {

struct Exited {
  int code = 0;  ///< 0 to 255
};

struct Killed {
  int signal = 0;
};

/// How a program ended. A fact, and never an error: the caller judges.
struct Outcome {
  std::variant<Exited, Killed> end;
  std::string stdout_tail;  ///< the last 64 KiB that it wrote, byte for byte
  std::string stderr_tail;
  std::optional<int> told_to_end;  ///< the first SIGTERM, SIGINT, SIGHUP or SIGQUIT that was passed on to it
  bool timed_out = false;          ///< it was still running at its time limit, and was told to end
  std::string detail;          ///< what else is known of the end, a sentence: which rank it was, and where
  std::string report;          ///< what another host says of it, in the place of our own failure_text
  bool out_of_memory = false;  ///< the kernel's cgroup counted an out-of-memory kill while it ran
};

/// The exit code that passes through: the program's own, or 128 + n where signal n killed it.
int exit_code(const Outcome& outcome);

bool succeeded(const Outcome& outcome);

}  // namespace sm_train
