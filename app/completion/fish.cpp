#include <string_view>

#include <fmt/format.h>

#include "completion/shells.hpp"
#include "completion/value_kind.hpp"
#include "subcommands.hpp"

namespace sm_train {

namespace {

std::string single_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + "'";
}

std::string arguments_of(std::string_view value_name) {
  switch (value_kind(value_name)) {
    case ValueKind::file:
      return " -r -F";
    case ValueKind::directory:
      return " -x -a '(__fish_complete_directories)'";
    case ValueKind::choice:
      return fmt::format(" -x -a '{}'", choices_of(value_name));
    case ValueKind::none:
      break;
  }
  return value_name.empty() ? "" : " -x";
}

std::string line(std::string_view condition, const CommandOption& option) {
  const std::string letter = option.letter.empty() ? "" : " -s " + option.letter.substr(1);
  return fmt::format("complete -c sm-train -n {}{} -l {}{} -d {}\n", single_quoted(condition), letter,
                     option.name.substr(2), arguments_of(option.value_name),
                     single_quoted(short_help(option.help)));
}

std::string operand_of(const Subcommand& command) {
  if (command.operands.empty()) return "";
  const std::string_view name = command.operands.front().name;
  if (value_kind(name) == ValueKind::none) return "";
  return fmt::format("complete -c sm-train -n '__fish_seen_subcommand_from {}'{}\n", command.name,
                     value_kind(name) == ValueKind::file ? " -F" : arguments_of(name));
}

}  // namespace

std::string fish_completion() {
  std::string text = "# fish completion for sm-train\ncomplete -c sm-train -f\n";
  const Subcommand& first = subcommands().front();
  const std::string no_command = "__fish_use_subcommand";
  text += fmt::format("complete -c sm-train -n {} -l version -d 'Show the version'\n", no_command);
  for (const Subcommand& command : subcommands())
    text += fmt::format("complete -c sm-train -n {} -a {} -d {}\n", no_command, command.name,
                        single_quoted(command.summary));
  for (const CommandOption& option : all_options(first)) text += line(no_command, option);
  for (const Subcommand& command : subcommands()) {
    for (const CommandOption& option : all_options(command))
      text += line("__fish_seen_subcommand_from " + command.name, option);
    text += operand_of(command);
  }
  return text;
}

}  // namespace sm_train
