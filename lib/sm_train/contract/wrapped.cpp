#include "sm_train/contract/wrapped.hpp"

#include <algorithm>

namespace sm_train {

std::string wrapped(std::string_view text, std::size_t indent) {
  std::string lines;
  std::size_t width = 0;  // of the line that is being filled
  while (!text.empty()) {
    const std::size_t blank = std::min(text.find_first_of(" \n"), text.size());
    const std::string_view word = text.substr(0, blank);
    text.remove_prefix(std::min(blank + 1, text.size()));
    if (word.empty()) continue;
    if (width > 0 && width + 1 + word.size() <= text_width) {
      lines += ' ';
      width += 1;
    } else {
      if (width > 0) lines += '\n';
      lines.append(indent, ' ');
      width = indent;
    }
    lines += word;
    width += word.size();
  }
  if (width > 0) lines += '\n';
  return lines;
}

}  // namespace sm_train
