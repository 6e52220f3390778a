#include "sm_train/contract/failure_report/error_message.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "sm_train/contract/failure_report/last_words.hpp"
#include "sm_train/contract/failure_report/text_lines.hpp"
#include "sm_train/contract/failure_report/traceback.hpp"
#include "sm_train/contract/unicode.hpp"

namespace sm_train {

namespace {

constexpr std::string_view gap = "  ...";

// Of what is put behind a message.
constexpr std::size_t most_lines_of_cause = 4;
constexpr std::size_t most_lines_after_traceback = 20;

constexpr auto npos = std::string_view::npos;

/// How many bytes an escape sequence of ECMA-48 has after its ESC: a CSI, a string such as a window's title,
/// or another of two bytes or more.
std::size_t escape_sequence_at(std::string_view text) {
  if (text.empty()) return 0;
  constexpr std::string_view openings_of_strings = "]PX^_";
  if (openings_of_strings.find(text[0]) != npos) {
    const std::size_t end = text.find_first_of("\a\x1b", 1);
    if (end == npos) return 1;
    const bool is_terminator = text[end] == '\a' || text.substr(end + 1).starts_with('\\');
    return is_terminator ? end + (text[end] == '\a' ? 1 : 2) : end;
  }
  std::size_t end = 1;
  if (text[0] == '[')
    while (end < text.size() && (text[end] < '@' || text[end] > '~')) ++end;
  else if (text[0] >= ' ' && text[0] <= '/')
    while (end < text.size() && text[end] >= ' ' && text[end] <= '/') ++end;
  else
    return text[0] >= '0' && text[0] <= '~' ? 1 : 0;
  return std::min(end + 1, text.size());
}

/// What moves the cursor or turns the order of letters around: C0, C1, line breaks and directions of Unicode.
bool is_control(char32_t c) {
  return (c < 0x20 && c != '\t') || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

std::string without_controls(std::string_view line) {
  std::string plain;
  while (!line.empty()) {
    const auto character = decode_utf8(line);
    const std::size_t bytes = character ? character->bytes : 1;
    if (character && character->value == 0x1b)
      line.remove_prefix(escape_sequence_at(line.substr(1)));
    else if (!character || !is_control(character->value))
      plain += line.substr(0, bytes);
    line.remove_prefix(bytes);
  }
  return plain;
}

/// A line as a terminal would show it in the end: a progress bar writes over itself with carriage returns.
std::string shown(std::string_view line) {
  while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (const auto start = line.rfind('\r'); start != npos) line.remove_prefix(start + 1);
  const std::string plain = without_controls(line);
  return clip_utf8(plain, plain.size());
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(shown(text.substr(0, end)));
    text.remove_prefix(end == npos ? text.size() : end + 1);
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::string with_gaps(const std::vector<std::string>& lines, const std::vector<bool>& kept) {
  std::string text;
  bool skipped = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!kept[i]) {
      skipped = true;
      continue;
    }
    if (skipped) text += std::string(text.empty() ? "" : "\n").append(gap);
    if (!text.empty()) text += '\n';
    text += lines[i];
    skipped = false;
  }
  return text;
}

/// Puts what one message says that matters behind another.
void append_cause(ErrorMessage& message, const ErrorMessage& other) {
  if (other.lines.empty()) return;
  const auto cause = part(other.lines, other.important.front());
  const std::size_t count = std::min(cause.size(), most_lines_of_cause);
  // It may be among the lines that follow a traceback anyway.
  const auto same = std::find(message.lines.begin(), message.lines.end(), cause.front());
  message.important.push_back(static_cast<std::size_t>(same - message.lines.begin()));
  if (same != message.lines.end()) return;
  message.lines.insert(message.lines.end(), cause.begin(),
                       cause.begin() + static_cast<std::ptrdiff_t>(count));
}

/// A traceback in the lines, with what the program said after it.
std::optional<ErrorMessage> find_traceback_and_last_words(const std::vector<std::string>& lines) {
  auto message = find_traceback(lines);
  if (!message) return std::nullopt;
  if (const auto words = find_last_words(part(lines, end_of_last_traceback(lines))))
    append_cause(*message, *words);
  return message;
}

/// A program may log its exceptions to stdout, of which only the last ones can be why it ended.
std::optional<ErrorMessage> find_traceback_at_end(const std::vector<std::string>& lines) {
  const std::size_t end = end_of_last_traceback(lines);
  if (end + most_lines_after_traceback < lines.size()) return std::nullopt;
  return find_traceback(lines);
}

ErrorMessage last_words_or_lines(const std::vector<std::string>& lines) {
  return find_last_words(lines).value_or(last_lines(lines));
}

}  // namespace

ErrorMessage find_error_message(std::string_view stdout_tail, std::string_view stderr_tail) {
  const auto all_errors = lines_of(stderr_tail);
  const auto errors = without_banners(all_errors);
  if (auto message = find_traceback_and_last_words(errors)) return *std::move(message);
  if (auto words = find_last_words(errors)) return *std::move(words);

  auto error = last_lines(errors);
  const auto output = without_banners(lines_of(stdout_tail));
  if (auto message = find_traceback_at_end(output)) {
    append_cause(*message, error);
    return *std::move(message);
  }
  auto message = stacked(last_words_or_lines(output), error, MattersMore::below);
  return message.lines.empty() ? last_lines(all_errors) : message;
}

std::string cause_text(const ErrorMessage& message) {
  std::vector<std::string> lines;
  for (std::size_t i = message.certain; i < message.lines.size(); ++i) {
    const std::size_t first = message.important.front();
    const bool follows = first >= message.certain && i >= first;
    const bool is_important =
        std::find(message.important.begin(), message.important.end(), i) != message.important.end();
    if (follows || is_important) lines.push_back(message.lines[i]);
  }
  return joined(lines);
}

ErrorMessage stacked(ErrorMessage above, const ErrorMessage& below, MattersMore more) {
  std::vector<std::size_t> of_below = below.important;
  for (std::size_t& line : of_below) line += above.lines.size();
  above.important.insert(more == MattersMore::above ? above.important.end() : above.important.begin(),
                         of_below.begin(), of_below.end());
  above.lines.insert(above.lines.end(), below.lines.begin(), below.lines.end());
  return above;
}

std::string clip_message(const ErrorMessage& message, std::size_t characters) {
  if (message.lines.empty()) return "";
  std::vector<bool> kept(message.lines.size());
  std::string text;
  const auto keep = [&](std::size_t line) {
    if (kept[line]) return true;
    kept[line] = true;
    std::string longer = with_gaps(message.lines, kept);
    kept[line] = characters_of(longer) <= characters;
    if (kept[line]) text = std::move(longer);
    return bool{kept[line]};
  };
  const std::size_t cause = message.important.front();
  if (!keep(cause)) return clip_utf8(message.lines[cause], characters);
  for (const std::size_t line : message.important) keep(line);
  for (std::size_t line = cause + 1; line < message.lines.size() && keep(line);) ++line;
  for (std::size_t line = cause; line > 0 && keep(line - 1);) --line;
  return text;
}

}  // namespace sm_train
