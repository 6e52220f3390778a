#include "sm_train/contract/option_parsers.hpp"

#include <algorithm>
#include <array>

namespace sm_train {

namespace {

constexpr std::array<std::string_view, 16> parser_modules = {
    "absl",           "argparse", "argh",   "clize", "click",        "configargparse",
    "docopt",         "fire",     "getopt", "hydra", "jsonargparse", "optparse",
    "simple_parsing", "tap",      "typer",  "tyro",
};

/// These make options of the names of parameters and fields.
constexpr std::array<std::string_view, 8> name_reflecting_parsers = {
    "HfArgumentParser", "clize", "fire", "jsonargparse", "simple_parsing", "tap", "typer", "tyro",
};

bool is_name_character(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         (c & 0x80) != 0;
}

/// Takes the next word off `line`, and the blanks before it.
std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t,"), line.size()));
  const auto end = std::find_if_not(line.begin(), line.end(), is_name_character);
  const std::string_view word = line.substr(0, static_cast<std::size_t>(end - line.begin()));
  line.remove_prefix(word.size());
  return word;
}

bool line_imports_parser(std::string_view line) {
  const std::string_view keyword = next_word(line);
  if (keyword != "import" && keyword != "from") return false;
  for (std::string_view module = next_word(line); !module.empty(); module = next_word(line)) {
    if (std::find(parser_modules.begin(), parser_modules.end(), module) != parser_modules.end()) return true;
    if (keyword == "from") return false;
    line.remove_prefix(std::min(line.find(','), line.size()));
  }
  return false;
}

/// `word` stands in `text` with no character of a longer name on either side; `longer` counts as one too.
bool contains_word(std::string_view text, std::string_view word, std::string_view longer) {
  const auto part_of_name = [&](char c) {
    return is_name_character(c) || longer.find(c) != std::string_view::npos;
  };
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !part_of_name(text[at - 1])) && (end == text.size() || !part_of_name(text[end])))
      return true;
  }
  return false;
}

}  // namespace

bool imports_option_parser(std::string_view python_source) {
  // It comes out of a package of many things, often over several lines of an import.
  if (contains_word(python_source, "HfArgumentParser", "")) return true;
  while (!python_source.empty()) {
    const std::size_t end = std::min(python_source.find('\n'), python_source.size());
    if (line_imports_parser(python_source.substr(0, end))) return true;
    python_source.remove_prefix(std::min(end + 1, python_source.size()));
  }
  return false;
}

bool declares_option(std::string_view python_source, std::string_view name) {
  const std::string flag = (name.size() == 1 ? "-" : "--") + std::string(name);
  if (contains_word(python_source, flag, "-")) return true;
  const std::string quoted = "\"" + std::string(name) + "\"";
  const bool absl = python_source.find("DEFINE_") != std::string_view::npos;
  if (absl && (python_source.find(quoted) != std::string_view::npos ||
               python_source.find("'" + std::string(name) + "'") != std::string_view::npos))
    return true;
  const bool reflects =
      std::any_of(name_reflecting_parsers.begin(), name_reflecting_parsers.end(),
                  [&](auto parser) { return python_source.find(parser) != std::string_view::npos; });
  std::string identifier(name);
  std::replace(identifier.begin(), identifier.end(), '-', '_');
  return reflects && contains_word(python_source, identifier, "");
}

}  // namespace sm_train
