#include "command_line.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <system_error>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "help.hpp"
#include "sm_train/contract/look_alike.hpp"
#include "sm_train/version.hpp"
#include "subcommands.hpp"

namespace sm_train {

namespace {

constexpr std::string_view program_name = "sm-train";

/// The settings as options of a command.
class SettingOptions {
 public:
  SettingOptions(CLI::App& command, std::vector<Setting> settings) : settings_(std::move(settings)) {
    for (const Setting& setting : settings_)
      given_.push_back(setting.value_name.empty()
                           ? command.add_flag(setting.option)
                           : command.add_option(setting.option)->type_name(setting.value_name));
  }

  std::optional<std::string> value(std::size_t at) const {
    if (given_[at]->count() == 0) return std::nullopt;
    return settings_[at].value_name.empty() ? "true" : given_[at]->results().front();
  }

  /// The names of those that were given.
  std::set<std::string, std::less<>> names() const {
    std::set<std::string, std::less<>> names;
    for (std::size_t i = 0; i < settings_.size(); ++i)
      if (given_[i]->count() > 0) names.insert(settings_[i].option);
    return names;
  }

  /// One of them; empty: none was.
  std::string any() const {
    const auto given = names();
    return given.empty() ? "" : *given.begin();
  }

  const std::vector<Setting>& settings() const { return settings_; }

 private:
  std::vector<Setting> settings_;
  std::vector<const CLI::Option*> given_;
};

/// A command's own options and operands.
class OwnOptions {
 public:
  OwnOptions(CLI::App& parser, const Subcommand& command) {
    for (const CommandOption& option : command.options) {
      const std::string names = option.letter.empty() ? option.name : option.letter + "," + option.name;
      if (option.value_name.empty()) {
        add(option.name, *parser.add_flag(names));
        continue;
      }
      CLI::Option* added = parser.add_option(names)->type_name(option.value_name)->expected(1);
      if (option.is_repeatable) added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
      add(option.name, *added);
    }
    for (const Operand& operand : command.operands)
      add(operand.name, *parser.add_option(operand.name)->required(operand.is_required));
  }

  /// The name of an option that was given; empty: none was.
  std::string any() const {
    for (const auto& [name, option] : given_)
      if (option->count() > 0) return name;
    return "";
  }

  void put(Given& given) const {
    for (const auto& [name, option] : given_)
      if (option->count() > 0)
        given.own.emplace(name, option->get_items_expected_max() == 0 ? Words() : option->results());
  }

 private:
  using Words = std::vector<std::string>;

  void add(const std::string& name, const CLI::Option& option) { given_.emplace_back(name, &option); }

  std::vector<std::pair<std::string, const CLI::Option*>> given_;
};

/// A command, as CLI11 sees it.
struct CommandParser {
  const Subcommand& command;
  CLI::App* parser = nullptr;
  OwnOptions own;
};

/// The whole command line, as CLI11 sees it. The first command stands for the program itself too: what it
/// takes, the program takes without its name.
class CommandLine {
 public:
  CommandLine();
  std::variant<Invocation, ShowText, Refused> parse(std::span<const char* const> words, Options options);

 private:
  const CommandParser& parsed() const;
  Refused refused(const std::string& what, const std::string& remedy = "") const;
  Refused refused_words(const std::vector<std::string>& words) const;
  std::variant<Invocation, ShowText, Refused> invocation(Options options,
                                                         std::vector<std::string> arguments) const;
  void apply(Options& options) const;

  CLI::App app_{"", std::string(program_name)};
  std::vector<CommandParser> commands_;
  std::optional<SettingOptions> job_settings_;
  std::optional<SettingOptions> fetch_settings_;
};

CommandLine::CommandLine() {
  app_.set_version_flag("--version", fmt::format("{} {}", program_name, version));
  app_.require_subcommand(0, 1);
  const Subcommand& first = subcommands().front();
  job_settings_.emplace(app_, settings_of(first));
  for (const Subcommand& command : subcommands()) {
    CLI::App* parser = app_.add_subcommand(command.name);
    // What stands behind a command that takes the job's settings may be one of those.
    if (command.settings == SettingsOf::job) parser->fallthrough();
    if (command.settings == SettingsOf::fetching) fetch_settings_.emplace(*parser, settings_of(command));
    const bool is_first = &command == &first;
    commands_.push_back(
        {.command = command, .parser = parser, .own = OwnOptions(is_first ? app_ : *parser, command)});
  }
}

const CommandParser& CommandLine::parsed() const {
  const auto found = std::find_if(commands_.begin(), commands_.end(),
                                  [](const CommandParser& each) { return each.parser->parsed(); });
  return found == commands_.end() ? commands_.front() : *found;
}

Refused CommandLine::refused(const std::string& what, const std::string& remedy) const {
  const CommandParser& command = parsed();
  const std::string name = command.parser->parsed() ? fmt::format("{} {}", program_name, command.command.name)
                                                    : std::string(program_name);
  return {
      .failure = {.cause = Cause::usage,
                  .what = what + ".",
                  .remedy = remedy.empty() ? fmt::format("`{} --help` shows what it takes.", name) : remedy},
      .paths = {},
      .report = command.command.fault_report};
}

/// Of words that nothing takes: what may have been meant.
Refused CommandLine::refused_words(const std::vector<std::string>& words) const {
  const Subcommand& command = parsed().command;
  const std::string& first = words.front();
  std::vector<std::string> known;
  for (const CommandOption& option : all_options(command)) known.push_back(option.name);
  if (!parsed().parser->parsed())
    for (const Subcommand& each : subcommands()) known.push_back(each.name);
  const std::vector<std::string> alike = look_alikes(first.substr(0, first.find('=')), known);
  std::string remedy;
  std::error_code ignored;
  if (!alike.empty())
    remedy = fmt::format("Did you mean {}?", fmt::join(alike, " or "));
  else if (command.name == "run")
    remedy =
        "A hyperparameter is -p NAME=VALUE, a channel -c NAME=PATH, each with its own letter; what is for "
        "the "
        "program alone stands behind --.";
  else if (command.settings == SettingsOf::job && std::filesystem::is_directory(first, ignored))
    remedy = "A directory that stands for /opt/ml is named with --base-path.";
  else if (command.settings == SettingsOf::job && std::filesystem::is_regular_file(first, ignored))
    remedy = fmt::format("`{} run FILE` tries a program.", program_name);
  return refused(fmt::format("`{}` is not known here", fmt::join(words, " ")), remedy);
}

std::variant<Invocation, ShowText, Refused> CommandLine::parse(std::span<const char* const> words,
                                                               Options options) {
  const auto dashes = std::find(words.begin(), words.end(), std::string_view("--"));
  std::vector<std::string> ours(words.begin(), dashes);
  std::reverse(ours.begin(), ours.end());  // as CLI11 takes them
  try {
    app_.parse(ours);
  } catch (const CLI::CallForHelp&) {
    return ShowText{parsed().parser->parsed() ? command_help(parsed().command) : program_help()};
  } catch (const CLI::CallForVersion& call) {
    return ShowText{std::string(call.what()) + "\n"};
  } catch (const CLI::ExtrasError& error) {
    const std::vector<std::string> extra = app_.remaining(true);
    return extra.empty() ? refused(error.what()) : refused_words(extra);
  } catch (const CLI::ParseError& error) {
    return refused(error.what());
  }
  if (dashes == words.end()) return invocation(std::move(options), {});
  const Subcommand& command = parsed().command;
  if (!command.takes_arguments)
    return refused(fmt::format("`{} {}` runs no program that could take what stands behind --", program_name,
                               command.name));
  return invocation(std::move(options), {dashes + 1, words.end()});
}

void CommandLine::apply(Options& options) const {
  const SettingsOf kind = parsed().command.settings;
  if (kind == SettingsOf::job)
    apply_settings(options, [&](std::size_t setting) { return job_settings_->value(setting); });
  if (kind != SettingsOf::fetching) return;
  const std::vector<Setting>& settings = fetch_settings_->settings();
  for (std::size_t i = 0; i < settings.size(); ++i)
    apply_first(settings[i], fetch_settings_->value(i), options);
}

std::variant<Invocation, ShowText, Refused> CommandLine::invocation(
    Options options, std::vector<std::string> arguments) const {
  const CommandParser& command = parsed();
  const std::string early = job_settings_->any();
  if (command.command.settings != SettingsOf::job && !early.empty())
    return refused(
        command.command.settings == SettingsOf::fetching
            ? fmt::format("{} stands before `{}`, and belongs after it", early, command.command.name)
            : fmt::format("{} is a setting of a job, which `{}` does not run", early, command.command.name));
  const std::string of_first = commands_.front().own.any();
  if (&command != &commands_.front() && !of_first.empty())
    return refused(
        fmt::format("{} is an option of `{} {}`", of_first, program_name, commands_.front().command.name));
  try {
    apply(options);
  } catch (const Error& error) {
    const bool is_job = command.command.fault_report == FaultReport::as_pid_1;
    return Refused{.failure = error.failure(),
                   .paths = options.paths,
                   .report = is_job ? FaultReport::always : FaultReport::never};
  }
  options.extra_arguments = std::move(arguments);
  Given given = {.options = std::move(options), .own = {}, .settings = job_settings_->names()};
  command.own.put(given);
  return Invocation{.command = command.command, .given = std::move(given)};
}

}  // namespace

std::variant<Invocation, ShowText, Refused> parse_command_line(int argc, const char* const* argv,
                                                               Options options) {
  return CommandLine().parse({argv + std::min(argc, 1), argv + argc}, std::move(options));
}

}  // namespace sm_train
