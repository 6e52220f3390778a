#include "sm_train/contract/installer_error.hpp"

namespace sm_train {

namespace {

std::string_view trimmed(std::string_view line) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  return line;
}

std::string_view last_line(std::string_view text) {
  while (!text.empty()) {
    const std::size_t start = text.rfind('\n') + 1;  // 0 where there is none
    if (const std::string_view line = trimmed(text.substr(start)); !line.empty()) return line;
    text = text.substr(0, start == 0 ? 0 : start - 1);
  }
  return "";
}

/// pip frames the output of a build that failed: "[12 lines of output]" ... "[end of output]".
std::string_view build_error(std::string_view text) {
  const std::size_t end = text.rfind("[end of output]");
  return end == std::string_view::npos ? "" : last_line(text.substr(0, end));
}

std::string_view last_error(std::string_view text) {
  for (const std::string_view mark : {"ERROR: ", "error: "}) {
    const std::size_t at = text.rfind(mark);
    if (at == std::string_view::npos) continue;
    text.remove_prefix(at + mark.size());
    return trimmed(text.substr(0, text.find('\n')));
  }
  return "";
}

}  // namespace

std::string installer_error(std::string_view stdout_tail, std::string_view stderr_tail) {
  for (const auto find : {build_error, last_error})
    for (const std::string_view text : {stderr_tail, stdout_tail})
      if (const std::string_view error = find(text); !error.empty()) return std::string(error);
  return "see the log";
}

}  // namespace sm_train
