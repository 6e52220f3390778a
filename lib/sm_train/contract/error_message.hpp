#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sm_train {

/// What a program wrote last, as lines from which to leave some out.
struct ErrorMessage {
  std::vector<std::string> lines;      ///< valid UTF-8, no control characters but tabs
  std::vector<std::size_t> important;  ///< indexes of lines, the one that matters most first
};

/// What says why a program ended: the last Python traceback in `stderr_tail` (see find_traceback), with what
/// the program said when it gave up, if that came after; else that alone (see find_last_words); else a
/// traceback at the end of `stdout_tail`, with the last line of stderr; else the last lines of stderr, else
/// of stdout. The banners that mpirun prints last are left out where anything else is there.
ErrorMessage find_error_message(std::string_view stdout_tail, std::string_view stderr_tail);

/// As many of the lines as have room in `characters`, with `...` where some are left out: the important ones,
/// then what follows the first of these, then what stands before it, the nearest first. That first one is
/// always there, cut only where it alone is too long.
std::string clip_message(const ErrorMessage& message, std::size_t characters);

}  // namespace sm_train
