#include "sm_train/contract/one_line.hpp"

#include <algorithm>

#include <fmt/core.h>

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

std::string in_quotes(std::string_view name) {
  std::string text = "\"";
  for (const char byte : name) {
    const auto code = static_cast<unsigned char>(byte);
    text += code < 0x20 || code == 0x7f ? fmt::format("\\x{:02x}", code) : std::string(1, byte);
  }
  return text + "\"";
}

std::string plain_or_quoted(const std::string& name) {
  const bool is_plain =
      std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  return is_plain ? name : in_quotes(name);
}

}  // namespace sm_train
