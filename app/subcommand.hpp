#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sm_train/stages/options.hpp"
#include "sm_train/stages/settings.hpp"
#include "sm_train/system/signals.hpp"

namespace sm_train {

/// What a command line gives a command.
struct Given {
  Options options;  ///< with the settings that the command takes, and with the process's environment
  /// Those of the command's own options and operands that were given, by their names ("--json", "DIR"), with
  /// their values. A flag has none.
  std::map<std::string, std::vector<std::string>, std::less<>> own;

  bool has(std::string_view name) const;
  std::optional<std::string> text(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;  ///< of one that is repeatable
};

// How a value's name is written tells what completes it: "DIR" a directory, "FILE" (also in "FILE_OR_DIR")
// any file, "a|b|c" these words, any other name nothing.

/// An option of one command's own.
struct CommandOption {
  std::string name;        ///< "--json"
  std::string letter;      ///< "-p"; empty: none
  std::string value_name;  ///< empty: a flag
  bool is_repeatable = false;
  std::string help;
};

/// A word that is told by its place.
struct Operand {
  std::string name;  ///< "DIR", which is its value's name too
  std::string help;
  bool is_required = true;
};

struct Example {
  std::string command;
  std::string what;  ///< what it does, in a line
};

/// Which of the job's settings a command takes.
enum class SettingsOf {
  none,
  fetching,  ///< those that concern fetching, behind the command
  job,       ///< all, before the command or behind it
};

/// Whether a fault, or a command line that cannot be understood, is also written where the job's report would
/// be.
enum class FaultReport {
  never,
  as_pid_1,  ///< in a container this is the job; else it may be a slip of somebody who looks around in there
  always,    ///< it was to run the job of those paths, and just a setting is wrong
};

/// A command of sm-train as a value. The command line, the help, the man page and the completions of the
/// shells are all made of it.
struct Subcommand {
  std::string name;
  std::string summary;                  ///< for the list of them; a line without a full stop
  std::vector<std::string> about = {};  ///< paragraphs below it
  std::vector<Operand> operands = {};
  std::vector<CommandOption> options = {};
  SettingsOf settings = SettingsOf::none;
  bool takes_arguments = false;  ///< those behind `--`, for the program: Options::extra_arguments
  std::vector<Example> examples = {};
  std::string exit_codes = {};  ///< where they are not the ones of all commands
  FaultReport fault_report = FaultReport::never;
  /// Gives the exit code. What it throws is told on stderr, and its cause gives the code.
  int (*run)(Given given, Signals& signals) = nullptr;
};

/// The settings of the job that a command takes.
std::vector<Setting> settings_of(const Subcommand& command);

/// The same as options: a setting is one that can be given elsewhere too.
std::vector<CommandOption> settings_as_options(const Subcommand& command);

/// A command's own options, and --help.
std::vector<CommandOption> own_options(const Subcommand& command);

/// These and the settings.
std::vector<CommandOption> all_options(const Subcommand& command);

}  // namespace sm_train
