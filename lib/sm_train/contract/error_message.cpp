#include "sm_train/contract/error_message.hpp"

#include <algorithm>
#include <optional>

#include "sm_train/contract/unicode.hpp"

namespace sm_train {

namespace {

constexpr std::string_view traceback_header = "Traceback (most recent call last):";
constexpr std::string_view direct_cause =
    "The above exception was the direct cause of the following exception:";
constexpr std::string_view during_handling =
    "During handling of the above exception, another exception occurred:";

constexpr std::string_view gap = "  ...";

// An exception's own text may have several lines, and nothing marks where it ends and other output begins.
constexpr std::size_t most_lines_after_exception = 6;
constexpr std::size_t most_last_lines = 20;

constexpr auto npos = std::string_view::npos;

std::string without_escape_sequences(std::string_view line) {
  std::string plain;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto byte = static_cast<unsigned char>(line[i]);
    if (byte == 0x1b && i + 1 < line.size() && line[i + 1] == '[') {
      i += 2;
      while (i < line.size() && (line[i] < '@' || line[i] > '~')) ++i;
    } else if (byte == '\t' || (byte >= 0x20 && byte != 0x7f)) {
      plain += line[i];
    }
  }
  return plain;
}

/// A line as a terminal would show it in the end: a progress bar writes over itself with carriage returns.
std::string shown(std::string_view line) {
  while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (const auto start = line.rfind('\r'); start != npos) line.remove_prefix(start + 1);
  const std::string plain = without_escape_sequences(line);
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

bool is_blank(const std::string& line) {
  return line.find_first_not_of(" \t") == std::string::npos;
}

bool is_indented(const std::string& line) {
  return !line.empty() && (line[0] == ' ' || line[0] == '\t');
}

/// The place of the last traceback's header, and what stands before it on its line.
struct Header {
  std::size_t line;
  std::string prefix;
};

std::optional<Header> last_header(const std::vector<std::string>& lines) {
  for (std::size_t i = lines.size(); i-- > 0;) {
    const auto column = lines[i].find(traceback_header);
    if (column == std::string::npos) continue;
    // An exception group is drawn as a tree with the causes as its leaves, and these stand last.
    if (lines[i].find("Exception Group") != std::string::npos) return std::nullopt;
    return Header{.line = i, .prefix = lines[i].substr(0, column)};
  }
  return std::nullopt;
}

/// The lines of one rank of several, without their prefix; all lines where the prefix stood there but once.
std::vector<std::string> lines_of_rank(const std::vector<std::string>& lines, const Header& header) {
  if (header.prefix.empty()) return lines;
  const auto is_frame_of_rank = [&](const std::string& line) {
    return line.starts_with(header.prefix + "  ");
  };
  const auto below = lines.begin() + static_cast<std::ptrdiff_t>(header.line);
  if (std::none_of(below, lines.end(), is_frame_of_rank)) {
    std::vector<std::string> all = lines;
    all[header.line] = traceback_header;
    return all;
  }
  std::vector<std::string> own;
  for (const std::string& line : lines)
    if (line.starts_with(header.prefix)) own.push_back(line.substr(header.prefix.size()));
  return own;
}

std::size_t end_of_frames(const std::vector<std::string>& lines, std::size_t header) {
  std::size_t i = header + 1;
  while (i < lines.size() && is_indented(lines[i])) ++i;
  return i;
}

/// Whether the traceback with its header at `header` is chained to one before it.
bool is_chained(const std::vector<std::string>& lines, std::size_t header) {
  if (header < 2) return false;
  return lines[header - 2] == direct_cause || lines[header - 2] == during_handling;
}

std::optional<std::size_t> header_before(const std::vector<std::string>& lines, std::size_t line) {
  while (line-- > 0)
    if (lines[line] == traceback_header) return line;
  return std::nullopt;
}

std::optional<ErrorMessage> find_traceback(const std::vector<std::string>& all_lines) {
  const auto found = last_header(all_lines);
  if (!found) return std::nullopt;
  const auto lines = lines_of_rank(all_lines, *found);
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
  std::size_t end = exception + 1;
  while (end < lines.size() && end <= exception + most_lines_after_exception && !is_blank(lines[end])) ++end;

  const auto at = [&](std::size_t i) { return lines.begin() + static_cast<std::ptrdiff_t>(i); };
  ErrorMessage message{.lines = {at(first), at(end)}, .important = {}};
  for (const std::size_t i : exceptions) message.important.push_back(i - first);
  message.important.push_back(0);
  return message;
}

ErrorMessage last_lines(std::vector<std::string> lines) {
  std::erase_if(lines, is_blank);
  if (lines.empty()) return {};
  if (lines.size() > most_last_lines)
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(most_last_lines));
  const std::size_t last = lines.size() - 1;
  return {.lines = std::move(lines), .important = {last}};
}

std::string joined(const std::vector<std::string>& lines, const std::vector<bool>& kept) {
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

}  // namespace

ErrorMessage find_error_message(std::string_view stdout_tail, std::string_view stderr_tail) {
  auto lines = lines_of(stderr_tail);
  if (auto traceback = find_traceback(lines)) return *std::move(traceback);
  if (auto message = last_lines(std::move(lines)); !message.lines.empty()) return message;
  return last_lines(lines_of(stdout_tail));
}

std::string clip_message(const ErrorMessage& message, std::size_t characters) {
  if (message.lines.empty()) return "";
  std::vector<bool> kept(message.lines.size());
  std::string text;
  const auto keep = [&](std::size_t line) {
    if (kept[line]) return true;
    kept[line] = true;
    std::string longer = joined(message.lines, kept);
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
