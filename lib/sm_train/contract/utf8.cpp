#include "sm_train/contract/utf8.hpp"

#include <algorithm>

namespace sm_train {

namespace {

bool is_continuation(std::string_view text, std::size_t i) {
  return i < text.size() && (static_cast<unsigned char>(text[i]) & 0xc0U) == 0x80U;
}

/// Bytes of the character at `i`; 0 where no well-formed one starts there (RFC 3629: nothing overlong, no
/// surrogate, nothing above U+10FFFF).
std::size_t character_length(std::string_view text, std::size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  if (lead < 0x80) return 1;
  if (!is_continuation(text, i + 1)) return 0;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  const auto second = static_cast<unsigned char>(text[i + 1]);
  if (!is_continuation(text, i + 2)) return 0;
  if (lead >= 0xe0 && lead <= 0xef)
    return (lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ? 0 : 3;
  if (!is_continuation(text, i + 3)) return 0;
  if (lead >= 0xf0 && lead <= 0xf4)
    return (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f) ? 0 : 4;
  return 0;
}

}  // namespace

std::size_t characters_of(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(
      utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string clip_utf8(std::string_view text, std::size_t characters) {
  std::string clipped;
  for (std::size_t i = 0; i < text.size() && characters > 0; --characters) {
    const std::size_t length = character_length(text, i);
    clipped += length == 0 ? "\xef\xbf\xbd" : text.substr(i, length);
    i += std::max<std::size_t>(length, 1);
  }
  return clipped;
}

}  // namespace sm_train
