#include "sm_train/contract/failure_report/text_lines.hpp"

#include <algorithm>

namespace sm_train {

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t") == std::string_view::npos;
}

bool is_indented(std::string_view line) {
  return line.starts_with(' ') || line.starts_with('\t');
}

std::vector<std::string> part(const std::vector<std::string>& lines, std::size_t start, std::size_t end) {
  end = std::min(end, lines.size());
  start = std::min(start, end);
  return {lines.begin() + static_cast<std::ptrdiff_t>(start),
          lines.begin() + static_cast<std::ptrdiff_t>(end)};
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (&line == lines.data() ? "" : "\n") + line;
  return text;
}

}  // namespace sm_train
