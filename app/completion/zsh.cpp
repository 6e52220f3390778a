#include <string_view>

#include <fmt/format.h>

#include "completion/shells.hpp"
#include "completion/value_kind.hpp"
#include "subcommands.hpp"

namespace sm_train {

namespace {

constexpr std::string_view frame = R"(#compdef sm-train
# zsh completion for sm-train
_sm-train() {{
  local context state state_descr line
  typeset -A opt_args
  local -a commands settings
  commands=(
{commands}  )
  settings=(
{settings}  )
  _arguments -C '--version[Show the version]' {first} $settings '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
{cases}      esac
      ;;
  esac
}}
if [[ $funcstack[1] == _sm-train ]]; then _sm-train "$@"; else compdef _sm-train sm-train; fi
)";

/// Between single quotes, with a backslash before each of `special`.
std::string single_quoted(std::string_view text, std::string_view special) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
      continue;
    }
    if (special.find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result + "'";
}

/// What can stand for a value, as _arguments takes it.
std::string action(std::string_view value_name) {
  switch (value_kind(value_name)) {
    case ValueKind::file:
      return "_files";
    case ValueKind::directory:
      return "_files -/";
    case ValueKind::choice:
      return fmt::format("({})", choices_of(value_name));
    case ValueKind::none:
      break;
  }
  return " ";
}

constexpr std::string_view special_in_help = "[]:\\";

std::string escaped_name(std::string_view value_name) {
  return value_kind(value_name) == ValueKind::choice ? "value" : std::string(value_name);
}

std::string spec(const CommandOption& option, const std::string& name) {
  const std::string value = option.value_name.empty() ? ""
                                                      : fmt::format(":{}:{}", escaped_name(option.value_name),
                                                                    action(option.value_name));
  return fmt::format("'{}{}['{}']{}'", option.is_repeatable ? "*" : "", name,
                     single_quoted(short_help(option.help), special_in_help), value);
}

std::string specs(const std::vector<CommandOption>& options, std::string_view before) {
  std::string text;
  for (const CommandOption& option : options) {
    if (!option.letter.empty()) text += fmt::format("{}{}", before, spec(option, option.letter));
    text += fmt::format("{}{}", before, spec(option, option.name));
  }
  return text;
}

std::string case_of(const Subcommand& command) {
  std::string text = fmt::format("        {}) _arguments", command.name);
  text += specs(own_options(command), " ");
  if (command.settings == SettingsOf::job) text += " $settings";
  if (command.settings == SettingsOf::fetching) text += specs(settings_as_options(command), " ");
  for (const Operand& operand : command.operands)
    text += fmt::format(" '{}:{}:{}'", operand.is_required ? "" : ":", operand.name, action(operand.name));
  return text + " ;;\n";
}

}  // namespace

std::string zsh_completion() {
  std::string commands;
  std::string cases;
  for (const Subcommand& command : subcommands()) {
    commands += fmt::format("    {}\n", single_quoted(command.name + ":" + command.summary, ""));
    cases += case_of(command);
  }
  const Subcommand& first = subcommands().front();
  return fmt::format(frame, fmt::arg("commands", commands),
                     fmt::arg("settings", specs(settings_as_options(first), "\n    ") + "\n"),
                     fmt::arg("first", specs(own_options(first), " ")), fmt::arg("cases", cases));
}

}  // namespace sm_train
