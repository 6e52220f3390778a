#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sm_train {

/// One code point of a text and the bytes it takes.
struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 1;
};

/// The code point at the start of `text`, which must not be empty; nothing where there is no valid UTF-8.
/// A surrogate is given as one only with `surrogates`, for text of a Value.
std::optional<CodePoint> decode_utf8(std::string_view text, bool surrogates = false);

void append_utf8(std::string& text, char32_t code_point);

/// The offset of the first byte that is no UTF-8; nothing where all is.
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

/// The number of code points in valid UTF-8.
std::size_t characters_of(std::string_view utf8);

/// The longest prefix of `text` with at most `characters` code points; bytes that are no UTF-8 become U+FFFD.
std::string clip_utf8(std::string_view text, std::size_t characters);

/// Python's str.upper(), by Unicode 14 with its special casing: "ß" becomes "SS".
std::string to_upper(std::string_view text);

/// Python's str.isprintable() for one code point, by Unicode 14.
bool is_printable(char32_t code_point);

}  // namespace sm_train
