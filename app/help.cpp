#include "help.hpp"

#include <algorithm>
#include <string_view>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/style.hpp"
#include "sm_train/contract/wrapped.hpp"
#include "sm_train/system/process_env.hpp"
#include "sm_train/system/terminal_style.hpp"
#include "subcommands.hpp"

namespace sm_train {

namespace {

constexpr std::size_t text_indent = 6;

/// Help goes to standard output.
std::string heading(std::string_view text) {
  static const bool is_coloured = has_colour(STDOUT_FILENO, process_env_vars());
  return styled(text, Style::bold, is_coloured);
}

std::string spelled(const CommandOption& option) {
  const std::string letter = option.letter.empty() ? "" : option.letter + ", ";
  return letter + option.name + (option.value_name.empty() ? "" : " " + option.value_name);
}

std::string item(std::string_view name, std::string_view help) {
  return fmt::format("  {}\n{}", name, wrapped(help, text_indent));
}

std::string list_of(const std::vector<Setting>& settings) {
  std::string text;
  std::string_view group;
  for (const Setting& setting : settings) {
    if (std::exchange(group, setting.group) != setting.group)
      text += fmt::format("\n{}\n", heading(setting.group + ":"));
    text += item(setting.option + (setting.value_name.empty() ? "" : " " + setting.value_name), setting.help);
    text += wrapped(fmt::format("[{}]", other_spellings(setting)), text_indent);
  }
  return text;
}

std::string list_of(const std::vector<Example>& examples) {
  std::string text;
  for (const Example& example : examples)
    text += fmt::format("  {}\n{}", example.command, wrapped(example.what, text_indent));
  return text;
}

std::string list_of_commands() {
  std::size_t width = 0;
  for (const Subcommand& command : subcommands()) width = std::max(width, command.name.size());
  std::string text;
  for (const Subcommand& command : subcommands())
    text += fmt::format("  {:{}}  {}\n", command.name, width, command.summary);
  return text;
}

}  // namespace

std::string usage_line(const Subcommand& command) {
  std::string line = "sm-train " + command.name + " [OPTION...]";
  for (const Operand& operand : command.operands)
    line += operand.is_required ? " " + operand.name : fmt::format(" [{}]", operand.name);
  return line + (command.takes_arguments ? " [-- ARGUMENT...]" : "");
}

std::string program_help() {
  return fmt::format(
      "sm-train makes any image a SageMaker training container.\n\n"
      "{} sm-train [COMMAND] [OPTION...]\n\n"
      "{}\n{}\n"
      "{}\n"
      "  sm-train run train.py -p lr=0.1 -c train=./data  try a script as a job\n"
      "  sm-train --base-path ./opt_ml                    run the job of a mock /opt/ml\n"
      "  ENTRYPOINT [\"sm-train\"]                          in a Dockerfile\n\n"
      "`sm-train COMMAND --help` shows what a command takes, `sm-train train --help`\n"
      "every setting of a job.\n",
      heading("Usage:"), heading("Commands:"), list_of_commands(), heading("Examples:"));
}

std::string command_help(const Subcommand& command) {
  std::string text = wrapped(command.summary + ".");
  text += fmt::format("\n{} {}\n", heading("Usage:"), usage_line(command));
  for (const std::string& paragraph : command.about) text += "\n" + wrapped(paragraph);
  if (!command.operands.empty()) text += fmt::format("\n{}\n", heading("Operands:"));
  for (const Operand& operand : command.operands) text += item(operand.name, operand.help);
  text += fmt::format("\n{}\n", heading("Options:"));
  for (const CommandOption& option : own_options(command)) text += item(spelled(option), option.help);
  text += list_of(settings_of(command));
  if (!command.examples.empty())
    text += fmt::format("\n{}\n{}", heading("Examples:"), list_of(command.examples));
  const std::string codes = command.exit_codes.empty() ? "0, else sysexits' (64 to 78)." : command.exit_codes;
  return text + "\n" + wrapped("Exit codes: " + codes);
}

}  // namespace sm_train
