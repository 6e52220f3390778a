#include "sm_train/aws/one_line.hpp"

#include <algorithm>

namespace sm_train {

std::string one_line(std::string_view text) {
  constexpr std::size_t max_size = 300;
  std::string line(text.substr(0, max_size));
  // Not in the middle of a character.
  if (text.size() > max_size)
    while (!line.empty() && (static_cast<unsigned char>(text[line.size()]) & 0xc0U) == 0x80U) line.pop_back();
  std::ranges::replace_if(
      line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text.size() > max_size ? line + "..." : line;
}

}  // namespace sm_train
