#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sm_train {

/// What a program wrote last, as lines from which to leave some out.
struct ErrorMessage {
  std::vector<std::string> lines;      ///< valid UTF-8, no control characters of Unicode but tabs
  std::vector<std::size_t> important;  ///< indexes of lines, the one that matters most first
  std::size_t certain = 0;             ///< what stands before this line the program may have got over
};

/// What says why a program ended: the last Python traceback in `stderr_tail` (see find_traceback), with what
/// the program said when it gave up, if that came after; else that alone (see find_last_words); else a
/// traceback at the end of `stdout_tail`, with the last line of stderr; else the last lines of both. The
/// banners that mpirun prints last are left out where anything else is there.
ErrorMessage find_error_message(std::string_view stdout_tail, std::string_view stderr_tail);

/// What a hint may be taken from: the line that matters most with what follows it, and the other important
/// ones, but neither a traceback's frames nor what the program may have got over. Lines joined by "\n".
std::string cause_text(const ErrorMessage& message);

enum class MattersMore { above, below };

/// One message above another; what is important of the one matters more than all of the other.
ErrorMessage stacked(ErrorMessage above, const ErrorMessage& below, MattersMore more = MattersMore::above);

/// As many of the lines as have room in `characters`, with `...` where some are left out: the important ones,
/// then what follows the first of these, then what stands before it, the nearest first. That first one is
/// always there, cut only where it alone is too long.
std::string clip_message(const ErrorMessage& message, std::size_t characters);

}  // namespace sm_train
