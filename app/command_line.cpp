#include "command_line.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/process_env.hpp"
#include "sm_train/version.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

/// A setting in its three spellings. The first that is given counts: the option, then the variables in this
/// order; the hyperparameter is read with the job.
struct Setting {
  std::string option;
  std::string value_name;
  std::vector<std::string> variables;
  std::string hyperparameter;  ///< empty: none
  std::string help;
  std::function<void(Options&, const std::string&)>
      set;  ///< throws std::invalid_argument that says what is expected
};

template <typename Choice>
Choice choose(const std::string& text, const std::vector<std::pair<std::string, Choice>>& choices) {
  std::vector<std::string> names;
  for (const auto& [name, choice] : choices) {
    if (text == name) return choice;
    names.push_back(name);
  }
  throw std::invalid_argument(fmt::format("one of {}", fmt::join(names, ", ")));
}

std::chrono::milliseconds seconds(const std::string& text) {
  double value = 0;
  if (!CLI::detail::lexical_cast(text, value) || !(value >= 0 && value <= 86400))
    throw std::invalid_argument("a number of seconds from 0 to 86400");
  return std::chrono::round<std::chrono::milliseconds>(std::chrono::duration<double>(value));
}

std::string not_empty(const std::string& text) {
  if (text.empty()) throw std::invalid_argument("a text that is not empty");
  return text;
}

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = {
      {.option = "--base-path",
       .value_name = "DIR",
       .variables = {"SM_TRAIN_BASE_PATH", "SAGEMAKER_BASE_DIR"},
       .help = "The directory that stands for /opt/ml",
       .set = [](Options& o, const std::string& text) { o.paths.root = not_empty(text); }},
      {.option = "--program",
       .value_name = "FILE",
       .variables = {"SAGEMAKER_PROGRAM"},
       .hyperparameter = "sagemaker_program",
       .help = "The program to run, below code/",
       .set = [](Options& o, const std::string& text) { o.program = not_empty(text); }},
      {.option = "--submit-directory",
       .value_name = "URI",
       .variables = {"SAGEMAKER_SUBMIT_DIRECTORY"},
       .hyperparameter = "sagemaker_submit_directory",
       .help = "Where the code comes from: s3://bucket/key, a directory, an archive or a file",
       .set = [](Options& o, const std::string& text) { o.submit_directory = not_empty(text); }},
      {.option = "--python",
       .value_name = "FILE",
       .variables = {"SM_TRAIN_PYTHON"},
       .help = "The Python interpreter; else that of VIRTUAL_ENV, of CONDA_PREFIX, python3 or python",
       .set = [](Options& o, const std::string& text) { o.python = not_empty(text); }},
      {.option = "--requirements",
       .value_name = "FILE",
       .variables = {"SM_TRAIN_REQUIREMENTS"},
       .help = "What pip installs, below code/ or absolute; else requirements.txt",
       .set = [](Options& o, const std::string& text) { o.requirements = not_empty(text); }},
      {.option = "--channel-args",
       .value_name = "auto|always|never",
       .variables = {"SM_TRAIN_CHANNEL_ARGS"},
       .help = "Pass each channel as --<channel> <directory>; auto leaves out what the program would refuse",
       .set =
           [](Options& o, const std::string& text) {
             o.channel_args = choose<ChannelArgs>(text, {{"auto", ChannelArgs::automatic},
                                                         {"always", ChannelArgs::always},
                                                         {"never", ChannelArgs::never}});
           }},
      {.option = "--argument-style",
       .value_name = "toolkit|json",
       .variables = {"SM_TRAIN_ARGUMENT_STYLE"},
       .help = "Hyperparameters sorted and as Python prints them, or in file order and as JSON",
       .set =
           [](Options& o, const std::string& text) {
             o.arguments.style = choose<ArgumentStyle>(
                 text, {{"toolkit", ArgumentStyle::toolkit}, {"json", ArgumentStyle::json}});
           }},
      {.option = "--bool-style",
       .value_name = "value|flag|no-flag",
       .variables = {"SM_TRAIN_BOOL_STYLE"},
       .help = "A true hyperparameter is --x True, or --x; a false one --x False, nothing, or --no-x",
       .set =
           [](Options& o, const std::string& text) {
             o.arguments.bool_style = choose<BoolStyle>(
                 text,
                 {{"value", BoolStyle::value}, {"flag", BoolStyle::flag}, {"no-flag", BoolStyle::no_flag}});
           }},
      {.option = "--grace-period",
       .value_name = "SECONDS",
       .variables = {"SM_TRAIN_GRACE_PERIOD"},
       .help = "From SIGTERM to SIGKILL for the program; 110, as SageMaker kills after 120",
       .set = [](Options& o, const std::string& text) { o.grace_period = seconds(text); }},
      {.option = "--log-level",
       .value_name = "LEVEL",
       .variables = {"SAGEMAKER_CONTAINER_LOG_LEVEL"},
       .hyperparameter = "sagemaker_container_log_level",
       .help = "DEBUG, INFO, WARNING, ERROR or CRITICAL, or Python's number for one",
       .set = [](Options& o, const std::string& text) { o.log_level = not_empty(text); }},
  };
  return all;
}

std::string described(const Setting& setting) {
  std::string text = fmt::format("{} [{}", setting.help, fmt::join(setting.variables, ", "));
  if (!setting.hyperparameter.empty()) text += "; hyperparameter " + setting.hyperparameter;
  return text + "]";
}

void apply(const Setting& setting, const std::string& where, const std::string& text, Options& options) try {
  setting.set(options, text);
} catch (const std::invalid_argument& expected) {
  throw Error({.cause = Cause::usage,
               .what = fmt::format("{} is \"{}\", expected {}.", where, text, expected.what()),
               .remedy = "`sm-train --help` shows every setting."});
}

/// The option's value where the command line has it, else that of the first variable that is set.
void apply_first(const Setting& setting, const std::optional<std::string>& value, Options& options) {
  if (value) return apply(setting, setting.option, *value, options);
  for (const std::string& variable : setting.variables) {
    const auto found = options.environment.find(variable);
    if (found != options.environment.end() && !found->second.empty())
      return apply(setting, "The variable " + variable, found->second, options);
  }
}

Failure serve_is_not_here() {
  return {.cause = Cause::usage,
          .what = "sm-train trains models and does not serve them: `serve` is for an inference image.",
          .remedy = "Run `sm-train train`, or deploy the model with an image that serves."};
}

/// A program runs in code/, from where a relative path would lead elsewhere. Only the Python toolkit's own
/// variable keeps its text, which programs are used to.
void settle_base_path(Options& options) {
  fs::path& root = options.paths.root;
  if (root != env_var(options.environment, "SAGEMAKER_BASE_DIR")) root = fs::absolute(root);
}

}  // namespace

Invocation parse_command_line(int argc, const char* const* argv, EnvVars environment) {
  CLI::App app(
      "Runs a SageMaker training job: reads its configs, fetches and installs the user's code, runs the "
      "program "
      "and reports how it went. Every setting is an option, a variable [in brackets], or a hyperparameter.",
      "sm-train");
  app.set_version_flag("--version", fmt::format("sm-train {}", version));
  app.fallthrough();
  app.require_subcommand(0, 1);
  app.add_subcommand("train", "Run the job: what SageMaker asks for, and the default")->set_help_flag();
  CLI::App* serve = app.add_subcommand("serve", "Refused: this is a training image");
  serve->set_help_flag();
  app.footer(
      "Exit codes: the program's own; 128 + n where signal n killed it; else sysexits' (64 to 78), 126 and "
      "127.\n"
      "Example: sm-train --base-path ./opt_ml");
  std::vector<std::string> values(settings().size());
  std::vector<const CLI::Option*> given;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Setting& setting = settings()[i];
    given.push_back(
        app.add_option(setting.option, values[i], described(setting))->type_name(setting.value_name));
  }

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    // Of the whole program also after `train`: a subcommand has no options of its own.
    return ShowText{app.get_formatter()->make_help(&app, app.get_name(), CLI::AppFormatMode::Normal)};
  } catch (const CLI::CallForVersion& call) {
    return ShowText{std::string(call.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    return Refused{.failure = {.cause = Cause::usage,
                               .what = std::string(error.what()) + ".",
                               .remedy = "`sm-train --help` shows every option."}};
  }
  if (serve->parsed()) return Refused{.failure = serve_is_not_here()};

  Options options;
  options.environment = std::move(environment);
  try {
    // The base path comes first, so that what is wrong with another setting can be reported there.
    for (std::size_t i = 0; i < values.size(); ++i) {
      apply_first(settings()[i], given[i]->count() > 0 ? std::optional(values[i]) : std::nullopt, options);
      if (i == 0) settle_base_path(options);
    }
  } catch (const Error& error) {
    return Refused{.failure = error.failure(), .paths = options.paths, .is_for_job = true};
  }
  return options;
}

}  // namespace sm_train
