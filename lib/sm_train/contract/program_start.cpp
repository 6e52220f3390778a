#include "sm_train/contract/program_start.hpp"

#include <algorithm>

namespace sm_train {

namespace {

constexpr std::string_view elf_magic =
    "\x7F"
    "ELF";

std::string_view trimmed(std::string_view text) {
  constexpr const char* blanks = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

}  // namespace

ProgramStart program_start(std::string_view head) {
  using Kind = ProgramStart::Kind;
  const std::string_view line = head.substr(0, head.find('\n'));
  if (line.starts_with("#!")) return {.kind = Kind::shebang, .shebang = std::string(trimmed(line.substr(2)))};
  if (head.starts_with(elf_magic)) return {.kind = Kind::elf, .shebang = ""};
  // What bash goes by (check_binary_file): the first line of a text holds no NUL.
  return {.kind = line.find('\0') == std::string_view::npos ? Kind::text : Kind::other, .shebang = ""};
}

bool has_dos_shebang(const ProgramStart& start) {
  std::string_view line = start.shebang;
  if (!line.ends_with('\r')) return false;
  const std::string_view interpreter = line.substr(0, line.find_first_of(" \t"));
  if (interpreter.ends_with("/env")) line = trimmed(line.substr(interpreter.size()));
  // Behind an interpreter of one word stand its options, and some take a carriage return among them.
  return line.find_first_of(" \t") == std::string_view::npos;
}

}  // namespace sm_train
