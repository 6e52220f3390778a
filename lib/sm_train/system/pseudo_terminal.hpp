#pragma once

#include <optional>

#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

/// A terminal that is made of software: what is written to `theirs` is read from `ours`, and the other way
/// about what a person types. Reading `ours` fails with EIO once nobody has `theirs` open.
struct PseudoTerminal {
  UniqueFd ours;
  UniqueFd theirs;
};

/// A new one of the size and with the settings of the terminal `like`, but that it leaves line ends to that
/// one: bytes come out of `ours` as they were written. Nothing where there are no more (/dev/pts is not
/// mounted, or full).
std::optional<PseudoTerminal> open_pseudo_terminal(int like);

/// Gives the terminal `to` the size of `from`. A changed size sends SIGWINCH to the foreground of `to`.
void copy_window_size(int from, int to);

}  // namespace sm_train
