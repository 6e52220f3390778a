#include "sm_train/system/json.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <vector>

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/unicode.hpp"

namespace sm_train {

namespace {

/// Python refuses to convert longer texts to int (CVE-2020-10735).
constexpr std::size_t max_integer_digits = 4300;

enum class Problem { none, not_json, too_deep, rewrite };

/// Before the text of a number that reaches RapidJSON as a string. The byte occurs in no UTF-8.
constexpr char number_mark = '\xFF';

struct Parsed {
  Value value;
  Problem problem = Problem::none;
  std::size_t offset = 0;  ///< of the problem, in bytes
  std::string what;
  bool is_unexpected = false;  ///< `what` does not say yet what stands at `offset`
};

/// What strtod does, without the locale: from_chars leaves its result alone where the number is out of range.
double to_double(std::string_view text) {
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc()) return number;

  // Out of range is either beyond the largest double or below the smallest: the place of the first digit that
  // is not zero, moved by the exponent, tells which.
  const bool negative = text.front() == '-';
  if (negative) text.remove_prefix(1);
  const std::size_t e = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, e);
  long long exponent = 0;
  if (e != std::string_view::npos) {
    std::string_view digits = text.substr(e + 1);
    if (digits.front() == '+') digits.remove_prefix(1);
    const auto [ptr, exponent_error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (exponent_error != std::errc())
      exponent = digits.front() == '-' ? std::numeric_limits<int>::min() : std::numeric_limits<int>::max();
  }
  const auto point = static_cast<long long>(std::min(mantissa.find('.'), mantissa.size()));
  const std::size_t first = mantissa.find_first_not_of("0.");
  if (first == std::string_view::npos) return negative ? -0.0 : 0.0;
  const bool large = point - static_cast<long long>(first) + exponent > 0;
  const double magnitude = large ? std::numeric_limits<double>::infinity() : 0.0;
  return negative ? -magnitude : magnitude;
}

/// [-] int [frac] [exp] of RFC 8259, section 6.
bool is_json_number(std::string_view text) {
  const auto skip_digits = [&] {
    const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count;
  };
  const auto skip = [&](std::string_view any) {
    const bool found = !text.empty() && any.find(text.front()) != std::string_view::npos;
    if (found) text.remove_prefix(1);
    return found;
  };
  skip("-");
  const bool zero = text.starts_with('0');
  const std::size_t digits = skip_digits();
  if (digits == 0 || (zero && digits > 1)) return false;
  if (skip(".") && skip_digits() == 0) return false;
  if (skip("eE") && (skip("+-"), skip_digits() == 0)) return false;
  return text.empty();
}

/// Builds a Value from RapidJSON's events. A handler returns false to stop the parse, with the reason in
/// `what`.
class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
 public:
  bool Null() { return put(nullptr); }
  bool Bool(bool b) { return put(b); }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool /*copy*/) {
    return number({text, length});
  }
  bool String(const char* text, rapidjson::SizeType length, bool /*copy*/) {
    if (length > 0 && text[0] == number_mark) return number({text + 1, length - 1});
    return put(std::string(text, length));
  }
  bool Key(const char* text, rapidjson::SizeType length, bool /*copy*/) {
    open_.back().keys.emplace_back(text, length);
    return length == 0 || text[0] != number_mark;
  }
  bool StartObject() { return start(); }
  bool StartArray() { return start(); }
  bool EndObject(rapidjson::SizeType /*members*/) {
    Container object = close();
    std::vector<Dict::Item> items;
    items.reserve(object.keys.size());
    for (std::size_t i = 0; i < object.keys.size(); ++i)
      items.emplace_back(std::move(object.keys[i]), std::move(object.values[i]));
    return put(Dict(std::move(items)));
  }
  bool EndArray(rapidjson::SizeType /*elements*/) { return put(std::move(close().values)); }

  Value take() { return std::move(root_); }
  bool too_deep() const { return too_deep_; }
  const std::string& what() const { return what_; }

 private:
  struct Container {
    std::vector<std::string> keys;
    List values;
  };

  bool start() {
    too_deep_ = open_.size() >= max_json_depth;
    if (too_deep_) what_ = fmt::format("nested more than {} levels deep", max_json_depth);
    open_.emplace_back();
    return !too_deep_;
  }

  Container close() {
    Container closed = std::move(open_.back());
    open_.pop_back();
    return closed;
  }

  bool put(Value value) {
    if (open_.empty())
      root_ = std::move(value);
    else
      open_.back().values.push_back(std::move(value));
    return true;
  }

  bool number(std::string_view text) {
    if (text == "NaN") return put(std::numeric_limits<double>::quiet_NaN());
    if (text == "Infinity") return put(std::numeric_limits<double>::infinity());
    if (text == "-Infinity") return put(-std::numeric_limits<double>::infinity());
    if (!is_json_number(text)) {  // RapidJSON also takes Inf and -NaN
      what_ = fmt::format("found {}, which is no number of JSON", text);
      return false;
    }
    if (text.find_first_of(".eE") != std::string_view::npos) return put(to_double(text));
    const std::size_t digits = text.size() - (text.front() == '-' ? 1 : 0);
    if (digits > max_integer_digits) {
      what_ = fmt::format("found an integer of {} digits, where {} are the most", digits, max_integer_digits);
      return false;
    }
    return put(Integer{std::string(text == "-0" ? "0" : text)});
  }

  Value root_;
  std::vector<Container> open_;
  bool too_deep_ = false;
  std::string what_;
};

/// A text with what RapidJSON refuses and Python takes written in another way.
struct Rewritten {
  std::string text;
  std::vector<std::size_t>
      origin;  ///< for each byte of `text`, the offset in the original that it stands for

  void add(std::string_view bytes, std::size_t offset) {
    text += bytes;
    origin.resize(text.size(), offset);
  }
};

std::optional<char32_t> surrogate_escape(std::string_view text, char32_t first, char32_t last) {
  if (text.size() < 6 || !text.starts_with("\\u")) return std::nullopt;
  unsigned unit = 0;
  const char* digits = text.data() + 2;
  const auto [end, error] = std::from_chars(digits, digits + 4, unit, 16);
  if (error != std::errc() || end != digits + 4 || unit < first || unit > last) return std::nullopt;
  return unit;
}

/// Other than -Infinity, which RapidJSON takes as it is.
bool starts_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

/// The \u escape of a lone surrogate becomes its three WTF-8 bytes, and a number a string with a mark that no
/// UTF-8 holds.
Rewritten rewrite(std::string_view text) {
  Rewritten result;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    std::size_t taken = 1;
    if (in_string) {
      const bool pair =
          surrogate_escape(rest, 0xD800, 0xDBFF) && surrogate_escape(rest.substr(6), 0xDC00, 0xDFFF);
      const auto lone = pair ? std::nullopt : surrogate_escape(rest, 0xD800, 0xDFFF);
      taken = pair ? 12 : lone ? 6 : rest.front() == '\\' ? 2 : 1;
      std::string bytes(rest.substr(0, taken));
      if (lone) append_utf8(bytes = "", *lone);
      result.add(bytes, at);
      in_string = rest.front() != '"';
    } else if (starts_number(rest)) {
      taken = std::min(rest.find_first_not_of("-+0123456789.eE"), rest.size());
      result.add(fmt::format("\"{}{}\"", number_mark, rest.substr(0, taken)), at);
    } else {
      result.add(rest.substr(0, taken), at);
      in_string = rest.front() == '"';
    }
    at += taken;
  }
  return result;
}

/// RapidJSON's, such as "Missing a comma or ']' after an array element".
std::string words(rapidjson::ParseErrorCode code) {
  std::string_view sentence = rapidjson::GetParseError_En(code);
  if (sentence.ends_with('.')) sentence.remove_suffix(1);
  return std::string(sentence);
}

Parsed parse_with_rapidjson(std::string_view text) {
  // Iterative: the nesting of hostile input must not become our stack's.
  constexpr unsigned flags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseNanAndInfFlag;
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  Builder builder;
  const rapidjson::ParseResult result = reader.Parse<flags>(stream, builder);
  if (!result.IsError()) return {.value = builder.take()};
  return {.problem = builder.too_deep() ? Problem::too_deep
                     : result.Code() == rapidjson::kParseErrorStringUnicodeSurrogateInvalid ? Problem::rewrite
                     : result.Code() == rapidjson::kParseErrorNumberTooBig                  ? Problem::rewrite
                                                                           : Problem::not_json,
          .offset = result.Offset(),
          .what = builder.what().empty() ? words(result.Code()) : builder.what(),
          .is_unexpected = builder.what().empty()};
}

Parsed parse_rewritten(std::string_view text) {
  const Rewritten rewritten = rewrite(text);
  Parsed parsed = parse_with_rapidjson(rewritten.text);
  if (parsed.problem == Problem::rewrite) parsed.problem = Problem::not_json;
  parsed.offset = parsed.offset < rewritten.origin.size() ? rewritten.origin[parsed.offset] : text.size();
  return parsed;
}

/// The character at `offset`, in words.
std::string found_at(std::string_view text, std::size_t offset) {
  if (offset >= text.size()) return "the end of the text";
  const auto [character, bytes] = decode_utf8(text.substr(offset)).value_or(CodePoint{});
  if (character < 0x20)
    return fmt::format("the control character U+{:04X}", static_cast<unsigned>(character));
  return fmt::format("'{}'", text.substr(offset, bytes));
}

Parsed parse_utf8(std::string_view text) {
  Parsed parsed = parse_with_rapidjson(text);
  if (parsed.problem == Problem::rewrite) parsed = parse_rewritten(text);
  if (parsed.is_unexpected) parsed.what += ", found " + found_at(text, parsed.offset);
  return parsed;
}

Parsed parse(std::string_view text) {
  const auto not_json = [](std::size_t offset, std::string what) {
    return Parsed{.problem = Problem::not_json, .offset = offset, .what = std::move(what)};
  };
  if (text.empty()) return not_json(0, "the text is empty");
  if (text.starts_with("\xEF\xBB\xBF")) return not_json(0, "found a byte order mark");
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    return not_json(0, "found UTF-16, expected UTF-8");
  if (const auto at = find_invalid_utf8(text))
    return not_json(
        *at, fmt::format("found the byte {:#04x}, which is no UTF-8", static_cast<unsigned char>(text[*at])));
  // RapidJSON would take a NUL for the end of the text.
  if (const std::size_t at = text.find('\0'); at != std::string_view::npos)
    return not_json(at, "found a NUL byte");
  return parse_utf8(text);
}

std::string position(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::string_view in_line = before.substr(before.rfind('\n') + 1);
  const auto column =
      1 + std::count_if(in_line.begin(), in_line.end(), [](char c) { return (c & 0xC0) != 0x80; });
  return fmt::format("line {} column {}", line, column);
}

Error nested_too_deep(const Parsed& parsed, std::string_view text, const std::string& name) {
  return Error({.cause = Cause::bad_config,
                .what = fmt::format("{}: {}: {}.", name, position(text, parsed.offset), parsed.what),
                .remedy = "Flatten it, or pass it in a file of a channel."});
}

}  // namespace

Value parse_json(std::string_view text, const std::string& name) {
  Parsed parsed = parse(text);
  if (parsed.problem == Problem::too_deep) throw nested_too_deep(parsed, text, name);
  if (parsed.problem == Problem::not_json)
    throw Error(
        {.cause = Cause::bad_data,
         .what = fmt::format("{} is not JSON: {}: {}.", name, position(text, parsed.offset), parsed.what),
         .remedy = "Correct the file: it must be one JSON value in UTF-8."});
  return std::move(parsed.value);
}

std::optional<Value> try_parse_json(std::string_view text, const std::string& name) {
  Parsed parsed = parse(text);
  if (parsed.problem == Problem::too_deep) throw nested_too_deep(parsed, text, name);
  if (parsed.problem == Problem::not_json) return std::nullopt;
  return std::move(parsed.value);
}

}  // namespace sm_train
