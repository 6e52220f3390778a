#include "sm_train/contract/secret_pairs.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include "sm_train/contract/secrets.hpp"

namespace sm_train {

namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::string_view blanks = " \t";

bool is_of_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
}

bool is_quote(char c) {
  return c == '"' || c == '\'';
}

/// Whether the character at `at` belongs to a name, or closes one in quotes: `"name":`, `\"name\":`.
bool is_in_name(std::string_view text, std::size_t at) {
  if (is_of_name(text[at])) return true;
  if (text[at] == '\\' && at + 1 < text.size()) ++at;
  return is_quote(text[at]) && at + 1 < text.size() && text[at + 1] == ':';
}

/// Whether a name whose value follows ends there: `name=`, or `"name":` as JSON and Python write it.
bool ends_name(std::string_view text, std::size_t at) {
  return text[at] == '=' || (text[at] == ':' && at > 0 && is_quote(text[at - 1]));
}

/// The start and the end of a value, without its quotes.
struct Span {
  std::size_t start = 0;
  std::size_t end = 0;

  std::string_view of(std::string_view text) const { return text.substr(start, end - start); }
};

/// The value that stands at `at`; an unquoted one ends before one of `stops`.
Span value_at(std::string_view text, std::size_t at, std::string_view stops) {
  at = std::min(text.find_first_not_of(blanks, at), text.size());
  const std::size_t quote = text.substr(at).starts_with('\\') ? at + 1 : at;
  if (quote >= text.size() || !is_quote(text[quote]))
    return {.start = at, .end = std::min(text.find_first_of(stops, at), text.size())};
  const std::string_view opening = text.substr(at, quote - at + 1);
  std::size_t end = quote + 1;
  while (end < text.size() && !text.substr(end).starts_with(opening))
    end += opening.size() == 1 && text[end] == '\\' ? 2 : 1;
  return {.start = quote + 1, .end = std::min(end, text.size())};
}

/// The value at `at`, where it may be the secret of `name`. What only may belong to it is masked with it.
std::optional<Span> secret_at(std::string_view text, std::size_t at, std::string_view name) {
  if (!is_secret(name, value_at(text, at, ",;&}) \t").of(text))) return std::nullopt;
  return value_at(text, at, blanks);
}

/// The secret value of the flag whose word begins at `start`; nothing where there is none.
std::optional<Span> secret_of_flag_at(std::string_view text, std::size_t start) {
  const std::size_t end = std::min(text.find_first_of(blanks, start), text.size());
  const std::string_view word = text.substr(start, end - start);
  if (!is_flag(word) || !std::all_of(word.begin(), word.end(), is_of_name)) return std::nullopt;
  const bool has_no_value = value_at(text, end, blanks).of(text).starts_with("--");
  if (has_no_value) return std::nullopt;
  return secret_at(text, end, word);
}

/// The secret value of the name that begins at `start` and ends at `end`; nothing where there is none.
std::optional<Span> secret_of_name(std::string_view text, std::size_t start, std::size_t end) {
  const std::string_view name = text.substr(start, end - start);
  // In this order, as a value may be as long as the text.
  if (!ends_name(text, end) || !is_secret_name(name)) return std::nullopt;
  return secret_at(text, end + 1, name);
}

}  // namespace

bool is_flag(std::string_view word) {
  return word.size() > 1 && word.front() == '-';
}

std::size_t secret_value_in(std::string_view word) {
  std::size_t name = 0;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (secret_of_name(word, name, i)) return i + 1;
    if (!is_in_name(word, i)) name = i + 1;
  }
  return npos;
}

std::string with_masked_pairs(std::string_view line) {
  std::string result;
  std::size_t kept = 0;
  std::size_t name = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool begins_word = i == 0 || blanks.find(line[i - 1]) != npos;
    auto secret = begins_word ? secret_of_flag_at(line, i) : std::nullopt;
    if (!secret) secret = secret_of_name(line, name, i);
    if (!is_in_name(line, i)) name = i + 1;
    if (!secret) continue;
    result.append(line.substr(kept, secret->start - kept)).append(secret_mask);
    kept = name = secret->end;
    i = kept - 1;
  }
  return result.append(line.substr(kept));
}

}  // namespace sm_train
