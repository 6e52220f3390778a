#include "sm_train/stages/doctor/findings_text.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <fmt/format.h>

#include "sm_train/contract/style.hpp"
#include "sm_train/contract/unicode.hpp"
#include "sm_train/contract/wrapped.hpp"

namespace sm_train {

namespace {

constexpr std::size_t gap = 2;         // between the columns
constexpr std::size_t mark_width = 4;  // of each verdict's mark

std::string mark_of(Verdict verdict, bool has_colour) {
  switch (verdict) {
    case Verdict::passed:
      return styled("ok", Style::green, has_colour) + "  ";
    case Verdict::warning:
      return styled("warn", Style::yellow, has_colour);
    case Verdict::failed:
      return styled("FAIL", Style::red, has_colour);
    case Verdict::skipped:
      break;
  }
  return "skip";
}

/// Names and services' words come from outside: what a terminal would obey is left out.
std::string without_controls(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const auto next = decode_utf8(text);
    const std::size_t size = next ? next->bytes : 1;
    if (next && (next->value == '\n' || is_printable(next->value)))
      shown += text.substr(0, size);
    else
      shown += '?';
    text.remove_prefix(size);
  }
  return shown;
}

/// The text's lines, each laid out in a column.
std::string in_column(std::string_view text, std::size_t column) {
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines += wrapped(text.substr(0, end), column);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string last_line(const std::vector<Finding>& findings) {
  const auto of = [&](Verdict verdict) { return std::ranges::count(findings, verdict, &Finding::verdict); };
  return fmt::format("{} failed, {} {}, {} passed, {} skipped\n", of(Verdict::failed), of(Verdict::warning),
                     of(Verdict::warning) == 1 ? "warning" : "warnings", of(Verdict::passed),
                     of(Verdict::skipped));
}

}  // namespace

std::string findings_text(const std::vector<Finding>& findings, bool has_colour) {
  std::size_t name_width = 0;
  for (const Finding& finding : findings) name_width = std::max(name_width, finding.name.size());
  const std::size_t column = mark_width + gap + name_width + gap;
  std::string text;
  for (const Finding& finding : findings) {
    const std::string what = in_column(without_controls(finding.what), column);
    text += fmt::format("{}  {:<{}}  {}", mark_of(finding.verdict, has_colour), finding.name, name_width,
                        what.empty() ? "\n" : what.substr(column));
    if (!finding.remedy.empty()) text += in_column("-> " + without_controls(finding.remedy), column);
  }
  return text + last_line(findings);
}

}  // namespace sm_train
