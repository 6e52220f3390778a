#include "sm_train/contract/unicode.hpp"

#include <algorithm>
#include <array>

#include "sm_train/contract/unicode_tables.hpp"

namespace sm_train {

std::optional<CodePoint> decode_utf8(std::string_view text, bool surrogates) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return CodePoint{first, 1};

  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < bytes) return std::nullopt;
  char32_t value = first & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
    value = (value << 6) | (byte(i) & 0x3F);
  }
  constexpr std::array<char32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < smallest[bytes] || value > 0x10FFFF || (is_surrogate && !surrogates)) return std::nullopt;
  return CodePoint{value, bytes};
}

void append_utf8(std::string& text, char32_t c) {
  const auto put = [&](char32_t byte) { text += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto code_point = decode_utf8(text.substr(at));
    if (!code_point) return at;
    at += code_point->bytes;
  }
  return std::nullopt;
}

std::size_t characters_of(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string clip_utf8(std::string_view text, std::size_t characters) {
  std::string clipped;
  for (; !text.empty() && characters > 0; --characters) {
    const auto code_point = decode_utf8(text);
    clipped += code_point ? text.substr(0, code_point->bytes) : "\uFFFD";
    text.remove_prefix(code_point ? code_point->bytes : 1);
  }
  return clipped;
}

std::string to_upper(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto code_point =
        decode_utf8(text, true).value_or(CodePoint{static_cast<unsigned char>(text[0]), 1});
    const auto rule = std::lower_bound(upper_case_table.begin(), upper_case_table.end(), code_point.value,
                                       [](const UpperCase& entry, char32_t c) { return entry.from < c; });
    if (rule != upper_case_table.end() && rule->from == code_point.value)
      result += rule->to;
    else
      result += text.substr(0, code_point.bytes);
    text.remove_prefix(code_point.bytes);
  }
  return result;
}

bool is_printable(char32_t code_point) {
  // The table's ranges lie in order: the one that could hold the code point is the last that starts at or
  // before it.
  const auto after =
      std::upper_bound(unprintable_table.begin(), unprintable_table.end(), code_point,
                       [](char32_t c, const CodePointRange& range) { return c < range.first; });
  return after == unprintable_table.begin() || code_point > std::prev(after)->last;
}

}  // namespace sm_train
