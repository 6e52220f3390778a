#include "sm_train/stages/doctor/findings_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include <fmt/format.h>

#include "sm_train/contract/unicode.hpp"

namespace sm_train {

namespace {

constexpr std::size_t line_width = 80;

struct Mark {
  std::string_view text;  // of four characters
  std::string_view colour;
};

/// In the order of Verdict.
constexpr std::array marks = {Mark{"ok  ", "\x1b[32m"}, Mark{"warn", "\x1b[33m"}, Mark{"FAIL", "\x1b[1;31m"},
                              Mark{"skip", "\x1b[2m"}};

std::string mark_of(Verdict verdict, bool has_colour) {
  const Mark& mark = marks.at(static_cast<std::size_t>(verdict));
  return has_colour ? fmt::format("{}{}\x1b[0m", mark.colour, mark.text) : std::string(mark.text);
}

/// Names and services' words come from outside: what a terminal would obey is left out.
std::string without_controls(std::string_view text) {
  std::string shown;
  for (std::string_view rest = text; !rest.empty();) {
    const auto next = decode_utf8(rest);
    const bool is_shown = next && (next->value == '\n' || next->value == ' ' || is_printable(next->value));
    if (is_shown)
      shown += rest.substr(0, next->bytes);
    else
      shown += next && next->value < 0x80 ? " " : "?";
    rest.remove_prefix(next ? next->bytes : 1);
  }
  return shown;
}

/// Lays words out in lines that begin in a column, of which the first has begun already.
class Paragraph {
 public:
  Paragraph(std::string& out, std::size_t column) : out_(out), column_(column) {}

  void add_word(std::string_view word) {
    const std::size_t width = characters_of(word);
    if (used_ > 0 && column_ + used_ + 1 + width > line_width) break_line();
    if (used_ > 0) out_ += ' ';
    used_ += width + (used_ > 0 ? 1 : 0);
    out_ += word;
  }

  void break_line() {
    out_ += '\n';
    out_.append(column_, ' ');
    used_ = 0;
  }

  void add(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
      if (end > 0) add_word(text.substr(0, end));
      if (end + 1 < text.size() && text[end] == '\n' && used_ > 0) break_line();
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

 private:
  std::string& out_;
  std::size_t column_;
  std::size_t used_ = 0;  // characters of the current line behind the column
};

std::string counted(std::ptrdiff_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string last_line(const std::vector<Finding>& findings) {
  const auto of = [&](Verdict verdict) { return std::ranges::count(findings, verdict, &Finding::verdict); };
  return fmt::format("{}: {} passed, {}, {} failed, {} skipped\n",
                     counted(static_cast<std::ptrdiff_t>(findings.size()), "check"), of(Verdict::passed),
                     counted(of(Verdict::warning), "warning"), of(Verdict::failed), of(Verdict::skipped));
}

}  // namespace

std::string findings_text(const std::vector<Finding>& findings, bool has_colour) {
  std::size_t name_width = 0;
  for (const Finding& finding : findings) name_width = std::max(name_width, finding.name.size());
  std::string text;
  for (const Finding& finding : findings) {
    text += fmt::format("{}  {:<{}}  ", mark_of(finding.verdict, has_colour), finding.name, name_width);
    Paragraph paragraph(text, name_width + 8);
    paragraph.add(without_controls(finding.what));
    if (!finding.remedy.empty()) {
      paragraph.break_line();
      paragraph.add("-> " + without_controls(finding.remedy));
    }
    text += '\n';
  }
  return text + last_line(findings);
}

}  // namespace sm_train
