#include "sm_train/contract/shell_words.hpp"

namespace sm_train {

namespace {

constexpr std::string_view blanks = " \t\r\n";

// What a backslash takes its meaning from between double quotes; before anything else it is itself.
constexpr std::string_view escapable_in_quotes = "$`\"\\\n";

// Appends what stands up to the closing quote, and takes it off `text`, which begins behind the opening one.
bool take_single_quoted(std::string_view& text, std::string& word) {
  const auto end = text.find('\'');
  if (end == std::string_view::npos) return false;
  word += text.substr(0, end);
  text.remove_prefix(end + 1);
  return true;
}

bool take_escaped(std::string_view& text, std::string& word) {
  if (text.empty()) return false;
  if (text.front() != '\n') word += text.front();  // a backslash before a line's end joins the lines
  text.remove_prefix(1);
  return true;
}

bool take_double_quoted(std::string_view& text, std::string& word) {
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '"') return true;
    const bool escapes =
        c == '\\' && !text.empty() && escapable_in_quotes.find(text.front()) != std::string_view::npos;
    if (escapes)
      take_escaped(text, word);
    else
      word += c;
  }
  return false;
}

bool take_word(std::string_view& text, std::string& word) {
  while (!text.empty() && blanks.find(text.front()) == std::string_view::npos) {
    const char c = text.front();
    text.remove_prefix(1);
    bool closed = true;
    if (c == '\'')
      closed = take_single_quoted(text, word);
    else if (c == '"')
      closed = take_double_quoted(text, word);
    else if (c == '\\')
      closed = take_escaped(text, word);
    else
      word += c;
    if (!closed) return false;
  }
  return true;
}

// A line that goes on in the next one parts words, but is none.
void skip_blanks(std::string_view& text) {
  constexpr std::string_view joint = "\\\n";
  while (text.starts_with(joint) || (!text.empty() && blanks.find(text.front()) != std::string_view::npos))
    text.remove_prefix(text.starts_with(joint) ? joint.size() : 1);
}

}  // namespace

std::optional<std::vector<std::string>> split_shell_words(std::string_view text) {
  std::vector<std::string> words;
  for (skip_blanks(text); !text.empty(); skip_blanks(text)) {
    words.emplace_back();
    if (!take_word(text, words.back())) return std::nullopt;
  }
  return words;
}

std::string shell_word(std::string_view word) {
  constexpr std::string_view special = " \t\r\n'\"\\";
  if (!word.empty() && word.find_first_of(special) == std::string_view::npos) return std::string(word);
  std::string text = "'";
  for (const char c : word) {
    if (c == '\'')
      text += "'\\''";
    else
      text += c;
  }
  return text + "'";
}

}  // namespace sm_train
