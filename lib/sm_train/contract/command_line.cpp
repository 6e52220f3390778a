#include "sm_train/contract/command_line.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace sm_train {

namespace {

constexpr std::string_view mask = "******";

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

bool is_secret(std::string_view name) {
  constexpr std::array<std::string_view, 7> words = {"SECRET", "TOKEN", "PASSW",     "PWD",
                                                     "KEY",    "AUTH",  "CREDENTIAL"};
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return upper.find(word) != std::string::npos; });
}

bool is_flag(std::string_view word) {
  return word.size() > 1 && word.front() == '-';
}

}  // namespace

std::string command_line(const Command& command) {
  std::string line;
  bool value_is_secret = false;
  for (const std::string& word : command.argv) {
    if (!line.empty()) line += ' ';
    const std::size_t equals = word.find('=');
    const bool secret = is_flag(word) && is_secret(std::string_view(word).substr(0, equals));
    if (value_is_secret)
      line += mask;
    else if (secret && equals != std::string::npos)
      line += shell_word(std::string_view(word).substr(0, equals + 1)).append(mask);
    else
      line += shell_word(word);
    // What follows a flag may be another flag, as not each has a value.
    value_is_secret = secret && equals == std::string::npos;
  }
  return line;
}

}  // namespace sm_train
