#include "sm_train/contract/failure_report/traceback.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "sm_train/contract/failure_report/launcher_error.hpp"
#include "sm_train/contract/failure_report/text_lines.hpp"
#include "sm_train/contract/failure_report/traceback_header.hpp"

namespace sm_train {

namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view group_header = "+ Exception Group Traceback (most recent call last):";
constexpr std::string_view direct_cause =
    "The above exception was the direct cause of the following exception:";
constexpr std::string_view during_handling =
    "During handling of the above exception, another exception occurred:";

// Nothing marks where an exception's own text ends and other output begins, so all that follows is told: but
// after this much a program has most likely caught the exception, and ended for another reason.
constexpr std::size_t most_lines_after_exception = 20;
constexpr std::size_t last_lines_of_many = 6;
constexpr int most_launchers = 4;

/// The lines from `start` on, without blank ones, those of torchrun, and further tracebacks but for what
/// their exceptions say.
Lines text_from(const Lines& lines, std::size_t start) {
  Lines text;
  for (std::size_t i = start; i < lines.size(); ++i) {
    if (const auto header = header_at(lines, i); header && is_plain(*header))
      i = end_of_frames(lines, i) - 1;
    else if (!is_blank(lines[i]) && !is_of_torchrun(lines[i]))
      text.push_back(lines[i]);
  }
  return text;
}

/// Puts below a traceback what the program said after it.
void append_text(ErrorMessage& message, Lines text) {
  if (text.empty()) return;
  // A stack trace of another language is long, and says nothing of whether the program went on.
  const auto said =
      std::count_if(text.begin(), text.end(), [](const std::string& line) { return !is_indented(line); });
  if (static_cast<std::size_t>(said) > most_lines_after_exception) {
    message.certain = message.lines.size();
    text = part(text, text.size() - last_lines_of_many);
  }
  message.lines.insert(message.lines.end(), text.begin(), text.end());
  message.important.insert(message.important.begin() + 1, message.lines.size() - 1);
}

// An exception group is drawn as a tree, with the group's own traceback as the stem and the causes as leaves.

/// What a line of the tree says of an exception; empty for a frame, a header or a mere branch.
std::string_view exception_in_tree(std::string_view line) {
  const std::size_t bar = line.substr(0, line.find_first_not_of(" |")).rfind('|');
  if (bar == std::string_view::npos) return "";
  line.remove_prefix(bar + 1);
  const bool is_exception = line.size() > 1 && line[0] == ' ' && line[1] != ' ' && line[1] != '+';
  return is_exception && line.find(traceback_header) == std::string_view::npos ? line.substr(1) : "";
}

std::optional<ErrorMessage> group_with(const Lines& lines, const TracebackHeader& header) {
  std::size_t start = header.line;
  while (start > 0 && lines[start].find(group_header) == std::string::npos && is_of_tree(lines[start]))
    --start;
  if (lines[start].find(group_header) == std::string::npos) return std::nullopt;
  std::size_t end = header.line + 1;
  while (end < lines.size() && is_of_tree(lines[end])) ++end;
  const std::size_t below = end;
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
  append_text(message, text_from(lines, below));
  return message;
}

struct LinesOfTraceback {
  Lines lines;
  std::size_t header = 0;
};

LinesOfTraceback lines_of(const Lines& all, const TracebackHeader& header) {
  if (!header.indent.empty()) {
    Lines own = {std::string(traceback_header)};
    for (std::size_t i = header.line + 1; i < all.size() && all[i].starts_with(header.indent); ++i)
      own.push_back(all[i].substr(header.indent.size()));
    return {.lines = std::move(own)};
  }
  if (header.prefix.empty()) return {.lines = all, .header = header.line};
  LinesOfTraceback own;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == header.line) own.header = own.lines.size();
    if (all[i].starts_with(header.prefix)) own.lines.push_back(all[i].substr(header.prefix.size()));
  }
  return own;
}

/// Whether the traceback with its header at `header` is linked to the one before it by Python's words.
bool is_linked(const Lines& lines, std::size_t header) {
  return header >= 2 && (lines[header - 2] == direct_cause || lines[header - 2] == during_handling);
}

/// The header of the traceback in whose exception's text this one stands: "worker 3 failed:", or "Caught
/// ValueError in DataLoader worker process 0." and "Original Traceback ..." as PyTorch says it.
std::optional<std::size_t> header_around(const Lines& lines, std::size_t header) {
  const bool is_announced =
      header > 0 && (lines[header - 1].ends_with(':') || lines[header].starts_with("Original "));
  if (!is_announced) return std::nullopt;
  const auto before = plain_header_before(lines, header);
  return before && end_of_frames(lines, *before) + 1 == header ? before : std::nullopt;
}

struct Traceback {
  ErrorMessage message;
  bool is_chain = false;
};

std::optional<Traceback> traceback_with(const Lines& all_lines, const TracebackHeader& header) {
  const auto [lines, last] = lines_of(all_lines, header);
  const std::size_t exception = end_of_frames(lines, last);
  if (exception >= lines.size() || is_blank(lines[exception])) return std::nullopt;

  std::vector<std::size_t> headers = {last};
  auto before = is_linked(lines, last) ? plain_header_before(lines, last) : header_around(lines, last);
  while (before) {
    headers.push_back(*before);
    before = is_linked(lines, *before) ? plain_header_before(lines, *before) : std::nullopt;
  }
  const std::size_t first = headers.back();
  ErrorMessage message{.lines = part(lines, first, exception + 1), .important = {}};
  for (const std::size_t i : headers) {
    message.lines[i - first] = traceback_header;
    message.important.push_back(end_of_frames(lines, i) - first);
  }
  message.important.push_back(0);
  append_text(message, text_from(lines, exception + 1));
  return Traceback{.message = std::move(message), .is_chain = headers.size() > 1};
}

/// Whether a rank ended because another one had.
bool is_of_lost_peer(const TracebackHeader& header, std::string_view exception) {
  constexpr std::array<std::string_view, 5> signs = {"NCCL", "onnection closed", "onnection reset",
                                                     "Broken pipe", "Gloo"};
  return !header.prefix.empty() && std::any_of(signs.begin(), signs.end(), [&](std::string_view sign) {
    return exception.find(sign) != std::string_view::npos;
  });
}

const std::string& exception_of(const ErrorMessage& message) {
  return message.lines[message.important.front()];
}

/// A traceback that gives way to one before it.
struct Lesser {
  TracebackHeader header;
  ErrorMessage message;
  bool is_of_lost_peer = false;

  bool gives_way_to(const TracebackHeader& other, const ErrorMessage& others) const {
    const bool is_of_same = other.prefix == header.prefix;
    const bool is_of_other_rank = !is_of_same && !other.prefix.empty();
    return others.certain == 0 && (is_of_lost_peer ? is_of_other_rank : is_of_same);
  }
};

/// What is left of a traceback that gave way.
void append_exception(ErrorMessage& message, const ErrorMessage& lesser) {
  const auto same = std::find(message.lines.begin(), message.lines.end(), exception_of(lesser));
  message.important.insert(message.important.begin() + 1,
                           static_cast<std::size_t>(same - message.lines.begin()));
  if (same == message.lines.end()) message.lines.push_back(exception_of(lesser));
}

/// One that is only mentioned, with what the program said before the mention.
ErrorMessage with_lines_above(const Lines& lines, std::size_t header, const ErrorMessage& message) {
  constexpr std::size_t most_lines_above = 4;
  ErrorMessage above{.lines = part(lines, header - std::min(header, most_lines_above), header)};
  std::erase_if(above.lines, is_blank);
  for (std::size_t i = 0; i < above.lines.size(); ++i) above.important.push_back(i);
  return stacked(std::move(above), message, MattersMore::below);
}

std::optional<ErrorMessage> find_traceback(const Lines& lines, int launchers);

std::optional<Traceback> with_cause_of_launcher(const Lines& lines, const TracebackHeader& header,
                                                Traceback found, int launchers) {
  if (launchers == 0 || !is_plain(header) || found.is_chain || found.message.certain > 0) return found;
  const FindTraceback find_child = [&](const Lines& before) { return find_traceback(before, launchers - 1); };
  if (auto cause = cause_of_launcher_error(lines, header.line, found.message, find_child))
    found.message = *std::move(cause);
  return found;
}

std::optional<Traceback> traceback_at(const Lines& lines, const TracebackHeader& header, int launchers) {
  if (header.is_of_tree) {
    auto group = group_with(lines, header);
    return group ? std::optional(Traceback{.message = *std::move(group)}) : std::nullopt;
  }
  auto found = traceback_with(lines, header);
  return found ? with_cause_of_launcher(lines, header, *std::move(found), launchers) : std::nullopt;
}

std::optional<ErrorMessage> find_traceback(const Lines& lines, int launchers) {
  std::optional<Lesser> lesser;
  for (std::size_t line = lines.size(); line-- > 0;) {
    const auto header = header_at(lines, line);
    if (!header) continue;
    auto found = traceback_at(lines, *header, launchers);
    if (!found) continue;
    ErrorMessage& message = found->message;
    if (lesser && !lesser->gives_way_to(*header, message)) continue;
    const bool is_only_mentioned = is_mentioned(lines, *header);
    const bool lost_peer = is_of_lost_peer(*header, exception_of(message));
    if (!is_only_mentioned && !lost_peer) {
      if (lesser) append_exception(message, lesser->message);
      return std::move(message);
    }
    // Of several that are mentioned in a row the first tells of the others too.
    if (!lesser || is_only_mentioned)
      lesser = Lesser{.header = *header, .message = std::move(message), .is_of_lost_peer = lost_peer};
  }
  if (!lesser) return std::nullopt;
  if (lesser->is_of_lost_peer) return std::move(lesser->message);
  return with_lines_above(lines, lesser->header.line, lesser->message);
}

}  // namespace

std::optional<ErrorMessage> find_traceback(const Lines& lines) {
  return find_traceback(lines, most_launchers);
}

std::size_t end_of_last_traceback(const Lines& lines) {
  for (std::size_t line = lines.size(); line-- > 0;)
    if (header_at(lines, line)) return std::min(end_of_frames(lines, line) + 1, lines.size());
  return 0;
}

}  // namespace sm_train
