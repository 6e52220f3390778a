#include "sm_train/contract/command_line.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

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

std::string masked_word(std::string_view word, const Secrets& secrets) {
  const std::size_t secret = secret_value_in(word);
  if (secret == std::string_view::npos) return shell_word(secrets.masked(word));
  return shell_word(secrets.masked(word.substr(0, secret))).append(secret_mask);
}

}  // namespace

std::string command_line(const Command& command, const Secrets& secrets) {
  std::string line;
  std::string_view flag;
  for (const std::string& word : command.argv) {
    if (!line.empty()) line += ' ';
    line += is_secret(flag, word) ? std::string(secret_mask) : masked_word(word, secrets);
    // What follows a flag may be another flag, as not each has a value.
    flag = is_flag(word) && word.find('=') == std::string::npos ? word : std::string_view();
  }
  return line;
}

std::vector<std::string> shown_variables(const EnvVars& variables, const Secrets& secrets) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : variables) {
    if (name == "SM_USER_ARGS") continue;
    lines.push_back(name + "=" +
                    (is_secret(name, value) ? std::string(secret_mask) : masked_word(value, secrets)));
  }
  return lines;
}

}  // namespace sm_train
