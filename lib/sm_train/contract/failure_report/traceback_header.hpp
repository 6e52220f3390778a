#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sm_train {

inline constexpr std::string_view traceback_header = "Traceback (most recent call last):";

/// Where a Python traceback begins, and what its lines bear in front.
struct TracebackHeader {
  std::size_t line = 0;
  std::string prefix;       ///< of one rank of several, whose lines stand among others
  std::string indent;       ///< as in torchrun's summary, where the traceback ends with its indent
  bool is_of_tree = false;  ///< of an exception group, which is drawn as a tree
};

/// Whether the lines below bear nothing in front.
bool is_plain(const TracebackHeader& header);

/// Whether a line is of the tree of an exception group: `  | ` or `  +-`.
bool is_of_tree(std::string_view line);

/// The header at a line: a frame below it makes it one, whatever stands before it on its line, such as a
/// progress bar or a word of a log.
std::optional<TracebackHeader> header_at(const std::vector<std::string>& lines, std::size_t line);

/// The place of the last plain header before a line.
std::optional<std::size_t> plain_header_before(const std::vector<std::string>& lines, std::size_t line);

/// The place of the exception below the frames of the plain traceback at `header`; past the end where it is
/// cut off.
std::size_t end_of_frames(const std::vector<std::string>& lines, std::size_t header);

/// Whether Python only mentions this traceback, as it does not end a program or its main process: `Exception
/// ignored in`, `Process Process-1:`.
bool is_mentioned(const std::vector<std::string>& lines, const TracebackHeader& header);

}  // namespace sm_train
