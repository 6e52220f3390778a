#include "sm_train/contract/command_line.hpp"

#include <algorithm>
#include <cctype>

#include "sm_train/contract/secret_pairs.hpp"

namespace sm_train {

namespace {

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("_-./=:,@%+").find(c) != std::string_view::npos;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

std::string escaped(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (c == '\n') return "\\n";
  if (c == '\t') return "\\t";
  if (c == '\r') return "\\r";
  if (c == '\\' || c == '\'') return {'\\', c};
  if (!is_control(c)) return {c};
  const auto byte = static_cast<unsigned char>(c);
  return {'\\', 'x', digits[byte >> 4U], digits[byte & 0xfU]};
}

std::string unquoted(std::string_view word) {
  return std::string(word);
}

/// How a word is written: readable_shell_word or unquoted.
using Quote = std::string (*)(std::string_view);

std::string masked_word(std::string_view word, const Secrets& secrets, Quote quote) {
  const std::size_t secret = secret_value_in(word);
  if (secret == std::string_view::npos) return quote(secrets.masked(word));
  return quote(secrets.masked(word.substr(0, secret))).append(secret_mask);
}

std::string masked_behind(std::string_view before, std::string_view word, const Secrets& secrets,
                          Quote quote) {
  // What follows a flag may be another flag, as not each has a value.
  const bool is_behind_flag = is_flag(before) && before.find('=') == std::string_view::npos;
  if (is_behind_flag && is_secret(before, word)) return std::string(secret_mask);
  return masked_word(word, secrets, quote);
}

}  // namespace

std::string command_line(const Command& command, const Secrets& secrets) {
  std::string line;
  std::string_view before;
  for (const std::string& word : command.argv) {
    line.append(line.empty() ? "" : " ").append(shown_shell_word(before, word, secrets));
    before = word;
  }
  return line;
}

std::string readable_shell_word(std::string_view word) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return std::string(word);
  // Only $'...' keeps a line break on one line.
  const bool escapes = std::any_of(word.begin(), word.end(), is_control);
  std::string text = escapes ? "$'" : "'";
  for (const char c : word) {
    if (escapes)
      text += escaped(c);
    else if (c == '\'')
      text += "'\\''";
    else
      text += c;
  }
  return text + "'";
}

std::string shown_shell_word(std::string_view before, std::string_view word, const Secrets& secrets) {
  return masked_behind(before, word, secrets, readable_shell_word);
}

std::string shown_word(std::string_view before, std::string_view word, const Secrets& secrets) {
  return masked_behind(before, word, secrets, unquoted);
}

std::vector<std::string> shown_variables(const EnvVars& variables, const Secrets& secrets) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : variables) {
    if (name == "SM_USER_ARGS") continue;
    lines.push_back(name + "=" +
                    (is_secret(name, value) ? std::string(secret_mask)
                                            : masked_word(value, secrets, readable_shell_word)));
  }
  return lines;
}

}  // namespace sm_train
