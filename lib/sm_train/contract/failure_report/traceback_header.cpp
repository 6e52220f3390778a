#include "sm_train/contract/failure_report/traceback_header.hpp"

#include <algorithm>
#include <array>

#include "sm_train/contract/failure_report/text_lines.hpp"

namespace sm_train {

namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view start_of_frame = "  File \"";

/// What stands before a traceback's header on its line; nothing where the line does not end with one.
std::optional<std::string_view> text_before_header(std::string_view line) {
  line = line.substr(0, line.find_last_not_of(" \t") + 1);
  if (!line.ends_with(traceback_header)) return std::nullopt;
  return line.substr(0, line.size() - traceback_header.size());
}

bool begins_frame(const Lines& lines, std::size_t line, std::string_view prefix) {
  return line < lines.size() && lines[line].starts_with(prefix) &&
         std::string_view(lines[line]).substr(prefix.size()).starts_with(start_of_frame);
}

/// The next line of a rank, which others may have come between.
std::size_t next_line_of(std::string_view prefix, const Lines& lines, std::size_t line) {
  do ++line;
  while (line < lines.size() && !lines[line].starts_with(prefix));
  return line;
}

}  // namespace

bool is_plain(const TracebackHeader& header) {
  return header.prefix.empty() && header.indent.empty() && !header.is_of_tree;
}

bool is_of_tree(std::string_view line) {
  const std::size_t first = line.find_first_not_of(' ');
  return first != std::string_view::npos && first > 0 && (line[first] == '|' || line[first] == '+');
}

std::optional<TracebackHeader> header_at(const Lines& lines, std::size_t line) {
  const auto before = text_before_header(lines[line]);
  if (!before) return std::nullopt;
  if (is_of_tree(lines[line])) return TracebackHeader{.line = line, .is_of_tree = true};
  if (begins_frame(lines, line + 1, "")) return TracebackHeader{.line = line};
  if (before->empty()) return std::nullopt;
  if (begins_frame(lines, next_line_of(*before, lines, line), *before))
    return TracebackHeader{.line = line, .prefix = std::string(*before)};
  const std::string_view indent = before->substr(0, before->find_first_not_of(' '));
  if (!indent.empty() && begins_frame(lines, line + 1, indent))
    return TracebackHeader{.line = line, .indent = std::string(indent)};
  return std::nullopt;
}

std::optional<std::size_t> plain_header_before(const Lines& lines, std::size_t line) {
  while (line-- > 0)
    if (const auto header = header_at(lines, line); header && is_plain(*header)) return line;
  return std::nullopt;
}

std::size_t end_of_frames(const Lines& lines, std::size_t header) {
  std::size_t i = header + 1;
  while (i < lines.size() && is_indented(lines[i])) ++i;
  return i;
}

bool is_mentioned(const Lines& lines, const TracebackHeader& header) {
  constexpr std::array<std::string_view, 5> mentions = {"Exception ignored ", "exception was never retrieved",
                                                        "--- Logging error ---", "Exception in thread ",
                                                        "Error in atexit._run_exitfuncs:"};
  const auto above = part(lines, header.line - std::min<std::size_t>(header.line, 2), header.line);
  const auto is_mention = [&](std::string_view line) {
    return std::any_of(mentions.begin(), mentions.end(), [&](std::string_view mention) {
      return line.find(mention) != std::string_view::npos;
    });
  };
  if (std::any_of(above.begin(), above.end(), is_mention)) return true;
  // Of multiprocessing: "Process Process-1:", "Process ForkPoolWorker-2:".
  const auto is_process = [&](std::string_view line) {
    return line.starts_with(header.prefix + "Process ") && line.ends_with(':');
  };
  return !above.empty() && is_process(above.back());
}

}  // namespace sm_train
