// A command line that is split as a shell splits it.

#include "sm_train/contract/shell_words.hpp"

#include <string>

#include "support.hpp"

namespace sm_train::fuzz {

namespace {

std::string double_quoted(std::string_view word) {
  std::string text = "\"";
  for (const char c : word) {
    if (std::string_view("$`\"\\").find(c) != std::string_view::npos) text += '\\';
    text += c;
  }
  return text + "\"";
}

}  // namespace

void check(std::string_view input) {
  for (const auto quoted : {shell_word, double_quoted}) {
    const auto alone = split_shell_words(quoted(input));
    require(alone && alone->size() == 1 && alone->front() == input, "a quoted text is one word");
  }
  const auto words = split_shell_words(input);
  if (!words) return;
  std::string line;
  for (const std::string& word : *words) line += shell_word(word) + " \\\n\t";
  require(split_shell_words(line) == words, "words that are quoted read back");
}

}  // namespace sm_train::fuzz
