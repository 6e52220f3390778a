#include <string_view>

#include <fmt/format.h>

#include "completion/shells.hpp"
#include "completion/value_kind.hpp"
#include "subcommands.hpp"

namespace sm_train {

namespace {

// A word behind `=` stands alone there, since bash splits at it.
constexpr std::string_view frame = R"(# bash completion for sm-train
_sm_train() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}} command='' words='' kind='' i
  if [[ $previous == = ]]; then
    previous=${{COMP_WORDS[COMP_CWORD - 2]}}
  elif [[ $current == = ]]; then
    current=''
  fi
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case ${{COMP_WORDS[i]}} in
      --) mapfile -t COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames; return ;;
      {names}) command=${{COMP_WORDS[i]}}; break ;;
    esac
  done
  case ${{command:-{first}}}:$previous in
{values}    *)
      case $command in
{options}      esac
      ;;
  esac
  case $kind in
    file) mapfile -t COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames ;;
    directory) mapfile -t COMPREPLY < <(compgen -d -- "$current"); compopt -o filenames ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
  esac
}}
complete -F _sm_train sm-train
)";

std::string answer(std::string_view value_name) {
  switch (value_kind(value_name)) {
    case ValueKind::file:
      return "kind=file";
    case ValueKind::directory:
      return "kind=directory";
    case ValueKind::choice:
      return fmt::format("words='{}'", choices_of(value_name));
    case ValueKind::none:
      break;
  }
  return "return";
}

/// A case for each option that takes a value: what can stand behind it.
std::string values() {
  std::string text;
  for (const Subcommand& command : subcommands())
    for (const CommandOption& option : all_options(command)) {
      if (option.value_name.empty()) continue;
      const std::string letter =
          option.letter.empty() ? "" : fmt::format("{}:{} | ", command.name, option.letter);
      text +=
          fmt::format("    {}{}:{}) {} ;;\n", letter, command.name, option.name, answer(option.value_name));
    }
  return text;
}

std::string names_of_options(const Subcommand& command) {
  std::string names;
  for (const CommandOption& option : all_options(command)) names += (names.empty() ? "" : " ") + option.name;
  return names;
}

std::string names_of_commands(std::string_view separator) {
  std::string names;
  for (const Subcommand& command : subcommands()) {
    if (!names.empty()) names += separator;
    names += command.name;
  }
  return names;
}

/// A case for each command: its options where a dash is there, else what its first operand may be.
std::string options() {
  std::string text =
      fmt::format("        '') if [[ $current == -* ]]; then words='{} --version'; else words='{}'; fi ;;\n",
                  names_of_options(subcommands().front()), names_of_commands(" "));
  for (const Subcommand& command : subcommands()) {
    const std::string operand = command.operands.empty() ? "return" : answer(command.operands.front().name);
    text += fmt::format("        {}) if [[ $current == -* ]]; then words='{}'; else {}; fi ;;\n",
                        command.name, names_of_options(command), operand);
  }
  return text;
}

}  // namespace

std::string bash_completion() {
  return fmt::format(frame, fmt::arg("names", names_of_commands(" | ")),
                     fmt::arg("first", subcommands().front().name), fmt::arg("values", values()),
                     fmt::arg("options", options()));
}

}  // namespace sm_train
