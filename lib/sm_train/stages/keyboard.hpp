#pragma once

#include <cstddef>
#include <poll.h>
#include <string>
#include <sys/types.h>

namespace sm_train {

/// Passes what is typed at a terminal on to a program's own one, key by key. Never waits.
class Keyboard {
 public:
  /// `typed` is the raw terminal, `program` our side of the pseudo-terminal; both stay the caller's.
  Keyboard(int typed, int program) : typed_(typed), program_(program) {}

  /// What to poll for.
  pollfd interest() const;

  /// Moves what can be moved now. True where the key that stops a program (Ctrl-Z) was typed, and it is for
  /// `group`: its terminal does not let it stop, where nobody in its session could continue it.
  bool advance(pid_t group);

 private:
  std::size_t stop_key_for(pid_t group) const;

  int typed_;
  int program_;
  bool at_end_ = false;
  std::string unsent_;
};

}  // namespace sm_train
