#include "command_line.hpp"

#include <optional>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sm_train/contract/environment.hpp"
#include "sm_train/stages/settings.hpp"
#include "sm_train/version.hpp"

namespace sm_train {

namespace {

/// The settings as options of a command, and where CLI11 puts their values. It stays where it is.
class SettingOptions {
 public:
  SettingOptions(CLI::App& command, const std::vector<Setting>& settings) : values_(settings.size()) {
    for (std::size_t i = 0; i < settings.size(); ++i) {
      const Setting& setting = settings[i];
      const std::string help = described(setting);
      given_.push_back(
          setting.value_name.empty()
              ? command.add_flag(setting.option, values_[i], help)
              : command.add_option(setting.option, values_[i], help)->type_name(setting.value_name));
    }
  }

  std::optional<std::string> value(std::size_t setting) const {
    return given_[setting]->count() > 0 ? std::optional(values_[setting]) : std::nullopt;
  }

 private:
  std::vector<std::string> values_;
  std::vector<const CLI::Option*> given_;
};

std::vector<Setting> settings_of_fetch() {
  std::vector<Setting> some;
  for (const Setting& setting : settings())
    if (setting.of == SettingOf::train_and_fetch) some.push_back(setting);
  for (Setting& setting : some) setting.hyperparameter.clear();  // there is no job to have any
  return some;
}

Failure serve_is_not_here() {
  return {.cause = Cause::usage,
          .what = "sm-train trains models and does not serve them: `serve` is for an inference image.",
          .remedy = "Run `sm-train train`, or deploy the model with an image that serves."};
}

/// The whole command line, as CLI11 sees it.
class CommandLine {
 public:
  CommandLine();
  Invocation parse(int argc, const char* const* argv, EnvVars environment);

 private:
  Refused refused(const std::string& what) const;
  Invocation train_job(EnvVars environment) const;
  Invocation fetch_job(EnvVars environment) const;
  Invocation plan(EnvVars environment) const;

  CLI::App app_{
      "Runs a SageMaker training job: reads its configs, fetches and installs the user's code, runs the "
      "program "
      "and reports how it went. Every setting is an option, a variable [in brackets], or a hyperparameter.",
      "sm-train"};
  CLI::App* fetch_ = nullptr;
  CLI::App* plan_ = nullptr;
  CLI::App* package_ = nullptr;
  CLI::App* serve_ = nullptr;
  std::vector<Setting> fetch_settings_ = settings_of_fetch();
  std::optional<SettingOptions> options_;
  std::optional<SettingOptions> fetch_options_;
  std::string source_;
  std::string directory_;
  std::string package_directory_;
  std::string host_;
  bool is_json_ = false;
};

CommandLine::CommandLine() {
  app_.set_version_flag("--version", fmt::format("sm-train {}", version));
  app_.require_subcommand(0, 1);
  app_.add_subcommand("train", "Run the job: what SageMaker asks for, and the default")
      ->fallthrough()
      ->set_help_flag();
  fetch_ = app_.add_subcommand("fetch", "Fetch code into a directory, as the job would, and do nothing else");
  plan_ = app_.add_subcommand("plan", "Show what the job would start on each host, and start nothing")
              ->fallthrough();
  package_ = app_.add_subcommand(
      "python-package", "Write the Python package `sagemaker_containers` into a directory, for an image");
  package_->add_option("DIR", package_directory_, "Where it goes, for PYTHONPATH or site-packages")
      ->required()
      ->type_name("");
  serve_ = app_.add_subcommand("serve", "Refused: this is a training image");
  serve_->fallthrough()->set_help_flag();
  app_.footer(
      "Exit codes: the program's own; 128 + n where signal n killed it; else sysexits' (64 to 78), 126 and "
      "127.\n"
      "Example: sm-train --base-path ./opt_ml\n"
      "`sm-train fetch --help` and `sm-train plan --help` show what those take.");
  options_.emplace(app_, settings());

  plan_->add_option("--host", host_, "This host alone, such as algo-2")->type_name("NAME");
  plan_->add_flag("--json", is_json_, "As JSON, for a program to read");
  plan_->footer(
      "It takes every setting of the job too: `sm-train --help` shows them.\n"
      "Exit codes: 0, 64 where the host is none of the job's, else what the job would end with for the same "
      "fault.\n"
      "Example: sm-train plan --base-path ./opt_ml --host algo-2");

  fetch_
      ->add_option("URI", source_, "s3://bucket/key, s3://bucket/prefix/, a directory, an archive or a file")
      ->required()
      ->type_name("");
  fetch_->add_option("DIR", directory_, "Where the code goes; it is made where it is missing")
      ->required()
      ->type_name("");
  fetch_->footer(
      "Exit codes: 0, 143 and 130 where SIGTERM or SIGINT ended it, else sysexits' (64 to 78, or 128 + n "
      "where signal n ended it).\n"
      "Example: sm-train fetch s3://bucket/sourcedir.tar.gz ./code");
  fetch_options_.emplace(*fetch_, fetch_settings_);
}

Refused CommandLine::refused(const std::string& what) const {
  const bool is_job = !fetch_->parsed() && !plan_->parsed();
  return {.failure = {.cause = Cause::usage,
                      .what = what + ".",
                      .remedy = fetch_->parsed() ? "`sm-train fetch --help` shows every option of it."
                                                 : "`sm-train --help` shows every option."},
          .report = is_job ? RefusalReport::as_pid_1 : RefusalReport::never};
}

Invocation CommandLine::parse(int argc, const char* const* argv, EnvVars environment) {
  try {
    app_.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    // Of the whole program also after `train`: that has no options of its own.
    const CLI::App* shown = &app_;
    std::string name = "sm-train";
    for (const CLI::App* command : {fetch_, plan_, package_}) {
      if (!command->parsed()) continue;
      shown = command;
      name += " " + command->get_name();
    }
    return ShowText{app_.get_formatter()->make_help(shown, name, CLI::AppFormatMode::Normal)};
  } catch (const CLI::CallForVersion& call) {
    return ShowText{std::string(call.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    return refused(error.what());
  }
  if (serve_->parsed()) return Refused{.failure = serve_is_not_here()};
  if (package_->parsed()) return WritePackage{package_directory_};
  if (plan_->parsed()) return plan(std::move(environment));
  return fetch_->parsed() ? fetch_job(std::move(environment)) : train_job(std::move(environment));
}

Invocation CommandLine::train_job(EnvVars environment) const {
  Options options;
  options.environment = std::move(environment);
  try {
    apply_settings(options, [&](std::size_t setting) { return options_->value(setting); });
  } catch (const Error& error) {
    return Refused{.failure = error.failure(), .paths = options.paths, .report = RefusalReport::always};
  }
  return options;
}

Invocation CommandLine::plan(EnvVars environment) const {
  Invocation job = train_job(std::move(environment));
  if (auto* options = std::get_if<Options>(&job)) {
    const bool is_one_host = plan_->get_option("--host")->count() > 0;
    return ShowPlan{.options = std::move(*options),
                    .host = is_one_host ? std::optional(host_) : std::nullopt,
                    .is_json = is_json_};
  }
  std::get<Refused>(job).report = RefusalReport::never;
  return job;
}

Invocation CommandLine::fetch_job(EnvVars environment) const {
  for (std::size_t i = 0; i < settings().size(); ++i)
    if (options_->value(i))
      return refused(settings()[i].option + " stands before `fetch`, and belongs after it");
  if (directory_.empty()) return refused("DIR is empty, and the code is to be put there");
  Options options;
  options.environment = std::move(environment);
  try {
    for (std::size_t i = 0; i < fetch_settings_.size(); ++i)
      apply_first(fetch_settings_[i], fetch_options_->value(i), options);
  } catch (const Error& error) {
    return Refused{.failure = error.failure(), .report = RefusalReport::never};
  }
  options.fetch.s3.env = options.environment;
  FetchJob job = {.source = source_, .directory = directory_, .options = options.fetch};
  if (options.log_level) job.log_level = log_level_number(*options.log_level).value_or(job.log_level);
  return job;
}

}  // namespace

Invocation parse_command_line(int argc, const char* const* argv, EnvVars environment) {
  return CommandLine().parse(argc, argv, std::move(environment));
}

}  // namespace sm_train
