#include "sm_train/contract/failure_report/torchrun_summary.hpp"

#include <charconv>
#include <string_view>

namespace sm_train {

namespace {

int number_after(std::string_view line, std::string_view mark) {
  int number = -1;
  const std::size_t at = line.find(mark);
  if (at == std::string_view::npos) return number;
  line.remove_prefix(at + mark.size());
  std::from_chars(line.data(), line.data() + line.size(), number);
  return number;
}

}  // namespace

TorchrunRootCause read_torchrun_summary(const std::vector<std::string>& lines, std::size_t start) {
  TorchrunRootCause cause;
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

}  // namespace sm_train
