#include "sm_train/contract/python_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/unicode.hpp"

namespace sm_train {

namespace {

/// The code points of a text that came out of a Value: UTF-8 that may hold surrogates.
template <typename Visit>
void for_each_code_point(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const auto code_point = decode_utf8(text, true).value_or(CodePoint{0xFFFD, 1});
    visit(code_point.value, text.substr(0, code_point.bytes));
    text.remove_prefix(code_point.bytes);
  }
}

bool is_surrogate(char32_t c) {
  return c >= 0xD800 && c <= 0xDFFF;
}

/// As repr() writes what is neither a quote nor a backslash.
void append_printable(std::string& result, char32_t c, std::string_view bytes) {
  const auto out = std::back_inserter(result);
  if (c == U'\n')
    result += "\\n";
  else if (c == U'\r')
    result += "\\r";
  else if (c == U'\t')
    result += "\\t";
  else if (is_printable(c))
    result += bytes;
  else if (c <= 0xFF)
    fmt::format_to(out, "\\x{:02x}", static_cast<unsigned>(c));
  else if (c <= 0xFFFF)
    fmt::format_to(out, "\\u{:04x}", static_cast<unsigned>(c));
  else
    fmt::format_to(out, "\\U{:08x}", static_cast<unsigned>(c));
}

std::string repr_text(std::string_view text) {
  const bool single = text.find('\'') != std::string_view::npos;
  const bool both = single && text.find('"') != std::string_view::npos;
  const char quote = single && !both ? '"' : '\'';

  std::string result(1, quote);
  for_each_code_point(text, [&](char32_t c, std::string_view bytes) {
    if (c == static_cast<char32_t>(quote) || c == U'\\')
      result.append(1, '\\').append(bytes);
    else
      append_printable(result, c, bytes);
  });
  return result + quote;
}

std::string printable(std::string_view text) {
  std::string result;
  for_each_code_point(text, [&](char32_t c, std::string_view bytes) { append_printable(result, c, bytes); });
  return result;
}

std::string json_text(std::string_view text) {
  std::string result = "\"";
  for_each_code_point(text, [&](char32_t c, std::string_view bytes) {
    const auto out = std::back_inserter(result);
    const auto escape = [&](char32_t unit) { fmt::format_to(out, "\\u{:04x}", static_cast<unsigned>(unit)); };
    switch (c) {
      case U'"':
        result += "\\\"";
        break;
      case U'\\':
        result += "\\\\";
        break;
      case U'\n':
        result += "\\n";
        break;
      case U'\r':
        result += "\\r";
        break;
      case U'\t':
        result += "\\t";
        break;
      case U'\f':
        result += "\\f";
        break;
      case U'\b':
        result += "\\b";
        break;
      default:
        if (c >= 0x20 && c < 0x7F) {
          result += bytes;
        } else if (c < 0x10000) {
          escape(c);
        } else {
          escape(0xD800 + ((c - 0x10000) >> 10));
          escape(0xDC00 + ((c - 0x10000) & 0x3FF));
        }
    }
  });
  return result + '"';
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

struct Repr {
  std::string operator()(std::nullptr_t) const { return "None"; }
  std::string operator()(bool b) const { return b ? "True" : "False"; }
  std::string operator()(const Integer& i) const { return i.digits; }
  std::string operator()(double d) const { return python_float(d); }
  std::string operator()(const std::string& s) const { return repr_text(s); }
  std::string operator()(const List& list) const {
    std::vector<std::string> parts;
    for (const Value& value : list) parts.push_back(python_repr(value));
    return "[" + join(parts, ", ") + "]";
  }
  std::string operator()(const Dict& dict) const {
    std::vector<std::string> parts;
    for (const auto& [key, value] : dict) parts.push_back(repr_text(key) + ": " + python_repr(value));
    return "{" + join(parts, ", ") + "}";
  }
};

struct Json {
  bool compact_and_sorted;

  std::string operator()(std::nullptr_t) const { return "null"; }
  std::string operator()(bool b) const { return b ? "true" : "false"; }
  std::string operator()(const Integer& i) const { return i.digits; }
  std::string operator()(double d) const {
    if (std::isnan(d)) return "NaN";
    if (std::isinf(d)) return d < 0 ? "-Infinity" : "Infinity";
    return python_float(d);
  }
  std::string operator()(const std::string& s) const { return json_text(s); }
  std::string operator()(const List& list) const {
    std::vector<std::string> parts;
    for (const Value& value : list) parts.push_back(std::visit(*this, value.data()));
    return "[" + join(parts, compact_and_sorted ? "," : ", ") + "]";
  }
  std::string operator()(const Dict& dict) const {
    std::vector<std::string> parts;
    const auto add = [&](const Dict::Item& item) {
      parts.push_back(json_text(item.first) + (compact_and_sorted ? ":" : ": ") +
                      std::visit(*this, item.second.data()));
    };
    if (compact_and_sorted)
      for (const Dict::Item* item : dict.sorted()) add(*item);
    else
      for (const Dict::Item& item : dict) add(item);
    return "{" + join(parts, compact_and_sorted ? "," : ", ") + "}";
  }
};

}  // namespace

std::string python_float(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";

  // std::to_chars gives the shortest digits, as "-d.ddde+xx"; where the point goes is Python's own rule.
  std::array<char, 32> buffer{};
  const auto written =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::scientific);
  std::string_view text(buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data()));
  const std::string sign = text.front() == '-' ? "-" : "";
  text.remove_prefix(sign.size());
  const std::size_t e = text.find('e');
  int exponent = 0;
  const std::string_view exponent_text = text.substr(text[e + 1] == '+' ? e + 2 : e + 1);
  std::from_chars(exponent_text.data(), exponent_text.data() + exponent_text.size(), exponent);
  std::string digits(text.substr(0, e));
  std::erase(digits, '.');

  const int count = static_cast<int>(digits.size());
  if (exponent < -4 || exponent >= 16) {
    const std::string fraction = count > 1 ? "." + digits.substr(1) : "";
    return fmt::format("{}{}{}e{}{:02}", sign, digits[0], fraction, exponent < 0 ? '-' : '+',
                       std::abs(exponent));
  }
  if (exponent < 0) return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  if (exponent >= count - 1)
    return sign + digits + std::string(static_cast<std::size_t>(exponent - count + 1), '0') + ".0";
  digits.insert(static_cast<std::size_t>(exponent) + 1, ".");
  return sign + digits;
}

std::string python_repr(const Value& value) {
  return std::visit(Repr{}, value.data());
}

std::string python_str(const Value& value) {
  if (value.is_null()) return "";
  return value.text() ? *value.text() : python_repr(value);
}

std::string python_json(const Value& value) {
  return std::visit(Json{.compact_and_sorted = true}, value.data());
}

std::string python_json_in_order(const Value& value) {
  return std::visit(Json{.compact_and_sorted = false}, value.data());
}

std::string os_text(std::string_view bytes) {
  std::string result;
  result.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto code_point = decode_utf8(bytes);
    if (code_point)
      result += bytes.substr(0, code_point->bytes);
    else
      append_utf8(result, 0xDC00U + static_cast<unsigned char>(bytes.front()));
    bytes.remove_prefix(code_point ? code_point->bytes : 1);
  }
  return result;
}

std::string os_bytes(std::string_view text, std::string_view what) {
  std::string result;
  result.reserve(text.size());
  for_each_code_point(text, [&](char32_t c, std::string_view bytes) {
    if (c == 0)
      throw Error({.cause = Cause::bad_config,
                   .what = fmt::format("{} holds a NUL character, which no argument or variable can.",
                                       printable(what)),
                   .remedy = "Remove the \\u0000 from it."});
    if (c >= 0xDC80 && c <= 0xDCFF)
      result += static_cast<char>(c - 0xDC00);
    else if (is_surrogate(c))
      throw Error({.cause = Cause::bad_config,
                   .what = fmt::format("{} holds the lone surrogate U+{:04X}, which is no character.",
                                       printable(what), static_cast<unsigned>(c)),
                   .remedy = "Write the character as a pair of \\u escapes, or as UTF-8."});
    else
      result += bytes;
  });
  return result;
}

}  // namespace sm_train
