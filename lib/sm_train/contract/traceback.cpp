#include "sm_train/contract/traceback.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "sm_train/contract/last_words.hpp"

namespace sm_train {

namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view traceback_header = "Traceback (most recent call last):";
constexpr std::string_view group_header = "+ Exception Group Traceback (most recent call last):";
constexpr std::string_view direct_cause =
    "The above exception was the direct cause of the following exception:";
constexpr std::string_view during_handling =
    "During handling of the above exception, another exception occurred:";

constexpr std::string_view error_of_torchrun =
    "torch.distributed.elastic.multiprocessing.errors.ChildFailedError";
constexpr std::string_view error_of_subprocess = "subprocess.CalledProcessError";

// An exception's own text may have several lines, and nothing marks where it ends and other output begins.
constexpr std::size_t most_lines_after_exception = 6;
// What a child wrote last stands right before what its parent says of it.
constexpr std::size_t most_lines_before_parent = 100;
constexpr std::size_t most_lines_of_child = 6;
constexpr int most_launchers = 4;

bool is_blank(const std::string& line) {
  return line.find_first_not_of(" \t") == std::string::npos;
}

bool is_indented(const std::string& line) {
  return !line.empty() && (line[0] == ' ' || line[0] == '\t');
}

Lines part(const Lines& lines, std::size_t start, std::size_t end) {
  return {lines.begin() + static_cast<std::ptrdiff_t>(start),
          lines.begin() + static_cast<std::ptrdiff_t>(end)};
}

/// The place of a traceback's header, and what stands before it on its line.
struct Header {
  std::size_t line;
  std::string prefix;
};

std::optional<Header> last_header(const Lines& lines) {
  for (std::size_t i = lines.size(); i-- > 0;)
    if (const auto column = lines[i].find(traceback_header); column != std::string::npos)
      return Header{.line = i, .prefix = lines[i].substr(0, column)};
  return std::nullopt;
}

// An exception group is drawn as a tree, with the group's own traceback as the stem and the causes as leaves.

bool is_of_tree(const std::string& line) {
  const std::size_t first = line.find_first_not_of(' ');
  return first != std::string::npos && first > 0 && (line[first] == '|' || line[first] == '+');
}

/// What a line of the tree says of an exception; empty for a frame, a header or a mere branch.
std::string_view exception_in_tree(std::string_view line) {
  const std::size_t bar = line.substr(0, line.find_first_not_of(" |")).rfind('|');
  if (bar == std::string_view::npos) return "";
  line.remove_prefix(bar + 1);
  const bool is_exception = line.size() > 1 && line[0] == ' ' && line[1] != ' ' && line[1] != '+';
  return is_exception && line.find(traceback_header) == std::string_view::npos ? line.substr(1) : "";
}

std::optional<ErrorMessage> group_with(const Lines& lines, const Header& header) {
  if (!is_of_tree(lines[header.line])) return std::nullopt;
  std::size_t start = header.line;
  while (start > 0 && lines[start].find(group_header) == std::string::npos && is_of_tree(lines[start]))
    --start;
  if (lines[start].find(group_header) == std::string::npos) return std::nullopt;
  std::size_t end = header.line + 1;
  while (end < lines.size() && is_of_tree(lines[end])) ++end;
  // The tree's lower edge.
  if (lines[end - 1].find_first_not_of(" +-") == std::string::npos) --end;

  ErrorMessage message{.lines = part(lines, start, end), .important = {}};
  std::vector<std::size_t> groups;
  for (std::size_t i = 0; i < message.lines.size(); ++i) {
    const std::string_view exception = exception_in_tree(message.lines[i]);
    if (exception.empty()) continue;
    const bool is_group = exception.find(" sub-exception") != std::string_view::npos;
    (is_group ? groups : message.important).push_back(i);
  }
  message.important.insert(message.important.end(), groups.begin(), groups.end());
  if (message.important.empty()) return std::nullopt;
  return message;
}

/// The lines of one rank of several, without their prefix; all lines where the prefix stood there but once,
/// as in front of an indented traceback in torchrun's summary.
Lines lines_of_rank(const Lines& lines, const Header& header) {
  if (header.prefix.empty()) return lines;
  const auto is_frame_of_rank = [&](const std::string& line) {
    return line.starts_with(header.prefix + "  ");
  };
  const auto below = lines.begin() + static_cast<std::ptrdiff_t>(header.line);
  Lines own;
  if (std::any_of(below, lines.end(), is_frame_of_rank)) {
    for (const std::string& line : lines)
      if (line.starts_with(header.prefix)) own.push_back(line.substr(header.prefix.size()));
    return own;
  }
  const std::string indent(std::min(header.prefix.find_first_not_of(' '), header.prefix.size()), ' ');
  own = lines;
  for (std::size_t i = header.line; i < own.size(); ++i)
    if (own[i].starts_with(indent)) own[i].erase(0, indent.size());
  own[header.line] = traceback_header;
  return own;
}

bool is_of_torchrun(const std::string& line) {
  return line.find("torch.distributed") != std::string::npos ||
         line.find("torch/distributed/") != std::string::npos;
}

std::size_t end_of_frames(const Lines& lines, std::size_t header) {
  std::size_t i = header + 1;
  while (i < lines.size() && is_indented(lines[i])) ++i;
  return i;
}

/// Whether the traceback with its header at `header` is chained to one before it.
bool is_chained(const Lines& lines, std::size_t header) {
  if (header < 2) return false;
  return lines[header - 2] == direct_cause || lines[header - 2] == during_handling;
}

std::optional<std::size_t> header_before(const Lines& lines, std::size_t line) {
  while (line-- > 0)
    if (lines[line] == traceback_header) return line;
  return std::nullopt;
}

std::optional<ErrorMessage> traceback_with(const Lines& all_lines, const Header& found) {
  const auto lines = lines_of_rank(all_lines, found);
  const auto last = header_before(lines, lines.size());
  if (!last) return std::nullopt;
  const std::size_t exception = end_of_frames(lines, *last);
  if (exception >= lines.size() || is_blank(lines[exception])) return std::nullopt;

  std::size_t first = *last;
  std::vector<std::size_t> exceptions = {exception};
  while (is_chained(lines, first)) {
    const auto before = header_before(lines, first);
    if (!before) break;
    first = *before;
    exceptions.push_back(end_of_frames(lines, first));
  }
  const auto is_its_text = [&](const std::string& line) { return !is_blank(line) && !is_of_torchrun(line); };
  const std::size_t most = std::min(lines.size(), exception + 1 + most_lines_after_exception);
  std::size_t end = exception + 1;
  while (end < most && is_its_text(lines[end])) ++end;

  ErrorMessage message{.lines = part(lines, first, end), .important = {}};
  for (const std::size_t i : exceptions) message.important.push_back(i - first);
  message.important.push_back(0);
  return message;
}

const std::string& exception_of(const ErrorMessage& message) {
  return message.lines[message.important.front()];
}

/// One message above another; what matters of the first matters more.
ErrorMessage stacked(ErrorMessage above, const ErrorMessage& below) {
  for (const std::size_t line : below.important) above.important.push_back(above.lines.size() + line);
  above.lines.insert(above.lines.end(), below.lines.begin(), below.lines.end());
  return above;
}

ErrorMessage words_of_child(const Lines& lines) {
  ErrorMessage words = find_last_words(lines).value_or(last_lines(lines));
  if (words.lines.size() <= most_lines_of_child) return words;
  // From the cause on, or else the very last.
  const std::size_t start = std::min(words.important.front(), words.lines.size() - most_lines_of_child);
  return {.lines = part(words.lines, start, start + most_lines_of_child),
          .important = {words.important.front() - start}};
}

std::optional<ErrorMessage> find_traceback(const Lines& lines, int launchers);

/// A parent says that a command of its failed: why, the command has said before.
ErrorMessage with_child_of_subprocess(const Lines& lines, const Header& header, const ErrorMessage& own,
                                      int launchers) {
  const std::size_t start = header.line - std::min(header.line, most_lines_before_parent);
  const Lines before = part(lines, start, header.line);
  const ErrorMessage last = {.lines = {exception_of(own)}, .important = {0}};
  if (const auto child = find_traceback(before, launchers)) return stacked(*child, last);
  const ErrorMessage words = words_of_child(before);
  if (words.lines.empty()) return own;
  ErrorMessage both = stacked(words, own);
  std::swap(both.important[0], both.important[words.important.size()]);
  return both;
}

/// What torchrun's summary says of the rank that failed first.
struct RootCause {
  int rank = -1;
  int local_rank = -1;
  int exit_code = 1;               ///< -n where signal n killed it
  std::vector<std::string> lines;  ///< those worth showing, the one that matters most first
};

int number_after(std::string_view line, std::string_view mark) {
  int number = -1;
  const std::size_t at = line.find(mark);
  if (at == std::string_view::npos) return number;
  line.remove_prefix(at + mark.size());
  std::from_chars(line.data(), line.data() + line.size(), number);
  return number;
}

RootCause root_cause_in(const Lines& lines, std::size_t start) {
  RootCause cause;
  std::size_t i = start;
  while (i < lines.size() && !lines[i].starts_with("Root Cause")) ++i;
  for (; i < lines.size() && !lines[i].starts_with("=="); ++i) {
    const std::string& line = lines[i];
    if (line.starts_with("  rank ")) {
      cause.rank = number_after(line, ": ");
      cause.local_rank = number_after(line, "(local_rank: ");
      cause.lines.push_back(line);
    } else if (line.starts_with("  exitcode ")) {
      cause.exit_code = number_after(line, ": ");
      cause.lines.insert(cause.lines.begin(), line);
    } else if (line.starts_with("  traceback : Signal ")) {
      cause.lines.insert(cause.lines.begin(), line);
    }
  }
  return cause;
}

Lines lines_with_prefix(const Lines& lines, const std::string& prefix) {
  Lines own;
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(own),
               [&](const std::string& line) { return line.starts_with(prefix); });
  return own;
}

ErrorMessage with_rank_of_torchrun(const Lines& lines, const Header& header, const ErrorMessage& own,
                                   int launchers) {
  const RootCause cause = root_cause_in(lines, header.line);
  Lines before = part(lines, 0, header.line);
  // A rank that a signal has killed left no traceback, and any that is there is of something else.
  if (cause.exit_code >= 0) {
    for (const std::string& prefix :
         {"[rank" + std::to_string(cause.rank) + "]:", "[default" + std::to_string(cause.local_rank) + "]:"})
      if (auto traceback = find_traceback(lines_with_prefix(before, prefix), launchers))
        return *std::move(traceback);
    if (auto traceback = find_traceback(before, launchers)) return *std::move(traceback);
  }
  if (cause.lines.empty()) return own;
  ErrorMessage summary{.lines = {exception_of(own)}, .important = {}};
  for (const std::string& line : cause.lines) {
    summary.important.push_back(summary.lines.size());
    summary.lines.push_back(line);
  }
  summary.important.push_back(0);
  std::erase_if(before, is_of_torchrun);
  const ErrorMessage words = words_of_child(before);
  if (words.lines.empty()) return summary;
  ErrorMessage both = stacked(words, summary);
  if (cause.exit_code < 0) std::swap(both.important[0], both.important[words.important.size()]);
  return both;
}

std::optional<ErrorMessage> find_traceback(const Lines& lines, int launchers) {
  const auto header = last_header(lines);
  if (!header) return std::nullopt;
  if (auto group = group_with(lines, *header)) return group;
  auto message = traceback_with(lines, *header);
  if (!message || launchers == 0 || !header->prefix.empty() || message->important.size() > 2) return message;
  if (exception_of(*message).starts_with(error_of_torchrun))
    return with_rank_of_torchrun(lines, *header, *message, launchers - 1);
  if (exception_of(*message).starts_with(error_of_subprocess))
    return with_child_of_subprocess(lines, *header, *message, launchers - 1);
  return message;
}

}  // namespace

std::optional<ErrorMessage> find_traceback(const Lines& lines) {
  return find_traceback(lines, most_launchers);
}

std::size_t end_of_last_traceback(const Lines& lines) {
  const auto header = last_header(lines);
  return header ? std::min(end_of_frames(lines, header->line) + 1, lines.size()) : 0;
}

}  // namespace sm_train
