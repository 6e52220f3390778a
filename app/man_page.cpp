#include "man_page.hpp"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "help.hpp"
#include "sm_train/version.hpp"
#include "subcommands.hpp"

namespace sm_train {

namespace {

/// Text as roff(7) shows it to the letter: a hyphen is one that can be copied, and no line is a request.
std::string roff(std::string_view text) {
  std::string escaped = text.starts_with('.') || text.starts_with('\'') ? "\\&" : "";
  for (const char c : text) {
    if (c == '\\')
      escaped += "\\e";
    else if (c == '-')
      escaped += "\\-";
    else
      escaped += c;
  }
  return escaped;
}

std::string bold(std::string_view text) {
  return fmt::format("\\fB{}\\fR", roff(text));
}

std::string italic(std::string_view text) {
  return fmt::format("\\fI{}\\fR", roff(text));
}

std::string item(const std::string& tag, std::string_view text) {
  return fmt::format(".TP\n{}\n{}\n", tag, roff(text));
}

std::string option(std::string_view letter, std::string_view name, std::string_view value_name) {
  std::string tag = letter.empty() ? "" : bold(letter) + ", ";
  tag += bold(name);
  return tag + (value_name.empty() ? "" : " " + italic(value_name));
}

std::string section_of(const Subcommand& command) {
  std::string text = fmt::format(".SS {}\n{}\n", roff(usage_line(command)), roff(command.summary + "."));
  for (const std::string& paragraph : command.about) text += fmt::format(".PP\n{}\n", roff(paragraph));
  for (const Operand& operand : command.operands) text += item(italic(operand.name), operand.help);
  for (const CommandOption& each : command.options)
    text += item(option(each.letter, each.name, each.value_name), each.help);
  if (command.settings == SettingsOf::job) text += ".PP\nIt takes the settings of a job (see SETTINGS).\n";
  if (command.settings == SettingsOf::fetching) {
    text += ".PP\nIt takes these settings:\n";
    for (const Setting& setting : settings_of(command))
      text += fmt::format(".br\n{}\n", bold(setting.option));
  }
  if (!command.exit_codes.empty()) text += fmt::format(".PP\nExit codes: {}\n", roff(command.exit_codes));
  return text;
}

std::string section_of_settings() {
  std::string text =
      ".SH SETTINGS\nThe option counts before the variables, those from left to right, and the "
      "hyperparameter counts "
      "last.\n";
  std::string_view group;
  for (const Setting& setting : settings()) {
    if (std::exchange(group, setting.group) != setting.group) text += fmt::format(".SS {}\n", setting.group);
    text += item(option("", setting.option, setting.value_name), setting.help + ".");
    text += fmt::format(".br\n[{}]\n", roff(other_spellings(setting)));
  }
  return text;
}

std::string section_of_examples() {
  std::string text = ".SH EXAMPLES\n";
  for (const Subcommand& command : subcommands())
    for (const Example& example : command.examples) text += item(bold(example.command), example.what);
  return text;
}

}  // namespace

std::string man_page() {
  std::string text = fmt::format(
      ".TH SM\\-TRAIN 1 \"\" \"sm\\-train {}\" \"User Commands\"\n"
      ".SH NAME\nsm\\-train \\- makes any image a SageMaker training container\n"
      ".SH SYNOPSIS\n.B sm\\-train\n[\\fICOMMAND\\fR] [\\fIOPTION\\fR...]\n"
      ".SH DESCRIPTION\n"
      "Reads the configs of a SageMaker training job, fetches and installs the user's code, runs the user's "
      "program\n"
      "with the hyperparameters and channels as arguments and variables, and reports how it went. Without a "
      "command\n"
      "it is \\fBsm\\-train {}\\fR.\n"
      ".SH COMMANDS\n",
      version, subcommands().front().name);
  for (const Subcommand& command : subcommands()) text += section_of(command);
  text += section_of_settings();
  text +=
      ".SH EXIT STATUS\nThe program's own, or 128 + n where signal n killed it. Else 0, or one of sysexits': "
      "64 for a\n"
      "command line or a setting that cannot be understood, 65 for bad data, 66 for an input that is "
      "missing, 69 for a\n"
      "service or an installer that said no, 70 for an error of sm\\-train itself, 73 and 74 for a file that "
      "cannot be\n"
      "made or written, 77 for a denied access, 78 for a bad configuration; 126 for a program that cannot be "
      "executed,\n"
      "127 for one that is not there.\n"
      ".SH FILES\n.TP\n.I /opt/ml/input/config\nThe configs of the job.\n"
      ".TP\n.I /opt/ml/code\nThe program, and its working directory.\n"
      ".TP\n.I /opt/ml/model\nWhere the program leaves the model.\n"
      ".TP\n.I /opt/ml/output/success\nThere after a job that succeeded.\n"
      ".TP\n.I /opt/ml/output/failure\nWhy a job failed, in 1,024 characters.\n";
  return text + section_of_examples();
}

}  // namespace sm_train
