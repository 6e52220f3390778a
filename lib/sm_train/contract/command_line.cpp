#include "sm_train/contract/command_line.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

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

std::string shell_word(std::string_view word) {
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

bool is_flag(std::string_view word) {
  return word.size() > 1 && word.front() == '-';
}

bool is_of_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
}

bool is_quote(char c) {
  return c == '"' || c == '\'';
}

/// Whether a name whose value follows ends there: `name=`, or `"name":` as JSON and Python write it.
bool ends_name(std::string_view word, std::size_t at) {
  return word[at] == '=' || (word[at] == ':' && at > 0 && is_quote(word[at - 1]));
}

/// Where the secret of `name=value` begins, also behind other pairs: "lr=0.1,api_key=..."; npos without one.
std::size_t secret_value_in(std::string_view word) {
  std::size_t name = 0;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (ends_name(word, i) && is_secret_name(word.substr(name, i - name))) return i + 1;
    const bool is_in_name =
        is_of_name(word[i]) || (is_quote(word[i]) && i + 1 < word.size() && word[i + 1] == ':');
    if (!is_in_name) name = i + 1;
  }
  return std::string_view::npos;
}

std::string masked_word(std::string_view word, const Secrets& secrets) {
  const std::size_t secret = secret_value_in(word);
  if (secret == std::string_view::npos) return shell_word(secrets.masked(word));
  return shell_word(secrets.masked(word.substr(0, secret))).append(secret_mask);
}

}  // namespace

std::string command_line(const Command& command, const Secrets& secrets) {
  std::string line;
  bool value_is_secret = false;
  for (const std::string& word : command.argv) {
    if (!line.empty()) line += ' ';
    line += value_is_secret ? std::string(secret_mask) : masked_word(word, secrets);
    // What follows a flag may be another flag, as not each has a value.
    value_is_secret = is_flag(word) && word.find('=') == std::string::npos && is_secret_name(word);
  }
  return line;
}

std::vector<std::string> shown_variables(const EnvVars& variables, const Secrets& secrets) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : variables) {
    if (name == "SM_USER_ARGS") continue;
    lines.push_back(name + "=" +
                    (is_secret_name(name) ? std::string(secret_mask) : masked_word(value, secrets)));
  }
  return lines;
}

}  // namespace sm_train
