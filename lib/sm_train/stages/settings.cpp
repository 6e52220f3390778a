#include "sm_train/stages/settings.hpp"

#include <filesystem>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "sm_train/aws/sse_customer_key.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/metric_format.hpp"
#include "sm_train/stages/setting_values.hpp"
#include "sm_train/system/process_env.hpp"

namespace sm_train {

namespace {

std::vector<Setting> settings_of_the_program() {
  return {
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
       .help = "Where the code comes from: s3://bucket/key, s3://bucket/prefix/, a directory, an archive or "
               "a file",
       .set = [](Options& o, const std::string& text) { o.submit_directory = not_empty(text); }},
      {.option = "--python",
       .value_name = "FILE",
       .variables = {"SM_TRAIN_PYTHON"},
       .help = "The Python interpreter; else that of VIRTUAL_ENV, of CONDA_PREFIX, python3 or python",
       .set = [](Options& o, const std::string& text) { o.python = not_empty(text); }},
  };
}

std::vector<Setting> settings_of_installing() {
  return {
      {.option = "--requirements",
       .value_name = "FILE",
       .variables = {"SM_TRAIN_REQUIREMENTS"},
       .help = "What the program requires, below code/ or absolute; else requirements.txt",
       .set = [](Options& o, const std::string& text) { o.install.requirements = not_empty(text); }},
      {.option = "--installer",
       .value_name = "auto|pip|uv|none",
       .variables = {"SM_TRAIN_INSTALLER"},
       .help = "What installs it: auto takes uv where it is on PATH, unless it would not follow how pip is "
               "configured, and else pip; none installs nothing",
       .set =
           [](Options& o, const std::string& text) {
             o.install.installer = choose<InstallerChoice>(text, {{"auto", InstallerChoice::automatic},
                                                                  {"pip", InstallerChoice::pip},
                                                                  {"uv", InstallerChoice::uv},
                                                                  {"none", InstallerChoice::none}});
           }},
      {.option = "--install-timeout",
       .value_name = "SECONDS",
       .variables = {"SM_TRAIN_INSTALL_TIMEOUT"},
       .help = "How long installing may take; 0, which is no limit",
       .set = [](Options& o, const std::string& text) { o.install.timeout = seconds(text); }},
  };
}

std::vector<Setting> settings_of_arguments() {
  return {
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
  };
}

std::vector<Setting> settings_of_fetching() {
  return {
      {.option = "--existing-code",
       .value_name = "overlay|keep|replace",
       .variables = {"SM_TRAIN_EXISTING_CODE"},
       .of = SettingOf::train_and_fetch,
       .help =
           "What is in the code directory already stays under the new code, stays and nothing is fetched, "
           "or goes; overlay",
       .set =
           [](Options& o, const std::string& text) {
             o.fetch.existing_code = choose<ExistingCode>(text, {{"overlay", ExistingCode::overlay},
                                                                 {"keep", ExistingCode::keep},
                                                                 {"replace", ExistingCode::replace}});
           }},
      {.option = "--max-code-entries",
       .value_name = "N",
       .variables = {"SM_TRAIN_MAX_CODE_ENTRIES"},
       .of = SettingOf::train_and_fetch,
       .help = "How many files and directories the code may have; 1000000, and 0 for no limit",
       .set = [](Options& o, const std::string& text) { o.fetch.limits.max_entries = count(text); }},
      {.option = "--max-code-size",
       .value_name = "SIZE",
       .variables = {"SM_TRAIN_MAX_CODE_SIZE"},
       .of = SettingOf::train_and_fetch,
       .help = "How many bytes its files may have together, with K, M, G or T for powers of 1024; 64G, and 0 "
               "for no limit",
       .set = [](Options& o, const std::string& text) { o.fetch.limits.max_bytes = byte_size(text); }},
      {.option = "--fetch-timeout",
       .value_name = "SECONDS",
       .variables = {"SM_TRAIN_FETCH_TIMEOUT"},
       .of = SettingOf::train_and_fetch,
       .help = "How long fetching the code may take in all; 0, which is no limit",
       .set = [](Options& o, const std::string& text) { o.fetch.timeout = seconds(text); }},
      {.option = "--fetch-connections",
       .value_name = "N",
       .variables = {"SM_TRAIN_FETCH_CONNECTIONS"},
       .of = SettingOf::train_and_fetch,
       .help = "Over how many connections a large object comes, 1 to 64; 8. Each takes 4 MiB of memory",
       .set = [](Options& o, const std::string& text) { o.fetch.s3.connections = connections(text); }},
      {.option = "--requester-pays",
       .variables = {"SM_TRAIN_REQUESTER_PAYS"},
       .of = SettingOf::train_and_fetch,
       .help = "The account of these credentials pays for what S3 gives; the variable is true or false",
       .set =
           [](Options& o, const std::string& text) {
             o.fetch.s3.requester_pays = choose<bool>(text, {{"true", true}, {"false", false}});
           }},
      {.option = "--sse-c-key-file",
       .value_name = "FILE",
       .variables = {"SM_TRAIN_SSE_C_KEY_FILE"},
       .of = SettingOf::train_and_fetch,
       .help = "Holds the key of an object that is stored under SSE-C: 32 bytes, or their base64",
       .set =
           [](Options& o, const std::string& text) {
             o.fetch.s3.sse_customer_key = read_sse_customer_key(not_empty(text));
           }},
  };
}

std::vector<Setting> settings_of_metrics() {
  return {
      {.option = "--metrics",
       .variables = {"SAGEMAKER_ENABLE_CLOUDWATCH_METRICS"},
       .hyperparameter = "sagemaker_enable_cloudwatch_metrics",
       .help = "Write CPU, memory, disk, network and GPU usage to stderr, for CloudWatch; the variable is "
               "true or false",
       .set = [](Options& o, const std::string& text) { o.has_metrics = truth(text); }},
      {.option = "--metrics-interval",
       .value_name = "SECONDS",
       .variables = {"SM_TRAIN_METRICS_INTERVAL"},
       .help = "From one line of them to the next; 60",
       .set = [](Options& o, const std::string& text) { o.metrics.interval = at_least_a_second(text); }},
      {.option = "--metrics-namespace",
       .value_name = "NAME",
       .variables = {"SM_TRAIN_METRICS_NAMESPACE"},
       .help = "Where CloudWatch shows them; sm-train",
       .set =
           [](Options& o, const std::string& text) {
             require_namespace(text);
             o.metrics.name_space = text;
           }},
  };
}

std::vector<Setting> settings_of_intermediate_output() {
  return {
      {.option = "--s3-output",
       .value_name = "URI",
       .variables = {"SAGEMAKER_S3_OUTPUT"},
       .hyperparameter = "sagemaker_s3_output",
       .help =
           "Upload what is written below output/intermediate there, while the job runs: s3://bucket/prefix",
       .set = [](Options& o, const std::string& text) { o.s3_output = not_empty(text); }},
      {.option = "--flush-timeout",
       .value_name = "SECONDS",
       .variables = {"SM_TRAIN_FLUSH_TIMEOUT"},
       .help =
           "How long the rest of it may take once the program has ended; 600, and after SIGTERM no more than "
           "is left of the grace period",
       .set = [](Options& o, const std::string& text) { o.flush_timeout = seconds(text); }},
  };
}

std::vector<Setting> settings_of_the_hosts() {
  return {
      {.option = "--distribution",
       .value_name = "auto|none|mpi|torchrun|xla|smddp",
       .variables = {"SM_TRAIN_DISTRIBUTION"},
       .help = "What starts the program's processes on the job's hosts; auto is as the job says it",
       .set =
           [](Options& o, const std::string& text) {
             o.distribution = choose<std::optional<Distribution>>(text, {{"auto", std::nullopt},
                                                                         {"none", Distribution::none},
                                                                         {"mpi", Distribution::mpi},
                                                                         {"torchrun", Distribution::torchrun},
                                                                         {"xla", Distribution::xla},
                                                                         {"smddp", Distribution::smddp}});
           }},
      {.option = "--hosts-timeout",
       .value_name = "SECONDS",
       .variables = {"SM_TRAIN_HOSTS_TIMEOUT"},
       .help = "How long the hosts of a job wait for each other before the program is started; 1200",
       .set = [](Options& o, const std::string& text) { o.hosts_timeout = at_least_a_second(text); }},
      {.option = "--hosts-port",
       .value_name = "PORT",
       .variables = {"SM_TRAIN_HOSTS_PORT"},
       .help = "Where the master takes the other hosts' connections, for MPI; 7776",
       .set = [](Options& o, const std::string& text) { o.hosts_port = port(text); }},
  };
}

std::vector<Setting> settings_of_the_run() {
  return {
      {.option = "--grace-period",
       .value_name = "SECONDS",
       .variables = {"SM_TRAIN_GRACE_PERIOD"},
       .help = "From SIGTERM to SIGKILL for the program; 110, as SageMaker kills after 120",
       .set = [](Options& o, const std::string& text) { o.grace_period = seconds(text); }},
      {.option = "--log-level",
       .value_name = "LEVEL",
       .variables = {"SAGEMAKER_CONTAINER_LOG_LEVEL"},
       .hyperparameter = "sagemaker_container_log_level",
       .of = SettingOf::train_and_fetch,
       .help = "DEBUG, INFO, WARNING, ERROR or CRITICAL, or Python's number for one",
       .set = [](Options& o, const std::string& text) { o.log_level = not_empty(text); }},
  };
}

std::vector<Setting> all_settings() {
  std::vector<Setting> all;
  const auto add = [&](const char* group, std::vector<Setting> settings) {
    for (Setting& setting : settings) setting.group = group;
    all.insert(all.end(), settings.begin(), settings.end());
  };
  add("The program", settings_of_the_program());
  add("Fetching", settings_of_fetching());
  add("Installing", settings_of_installing());
  add("Arguments", settings_of_arguments());
  add("Metrics", settings_of_metrics());
  add("Intermediate output", settings_of_intermediate_output());
  add("Several hosts", settings_of_the_hosts());
  add("The run", settings_of_the_run());
  return all;
}

/// Makes the base path absolute, since a program runs in code/, from where a relative one would lead
/// elsewhere. Just the Python toolkit's own variable keeps its text, which programs are used to.
void settle_base_path(Options& options) {
  std::filesystem::path& root = options.paths.root;
  if (root != env_var(options.environment, "SAGEMAKER_BASE_DIR")) root = std::filesystem::absolute(root);
}

void apply(const Setting& setting, const std::string& where, const std::string& text, Options& options) try {
  setting.set(options, text);
} catch (const std::invalid_argument& expected) {
  throw Error({.cause = Cause::usage,
               .what = fmt::format("{} is \"{}\", expected {}.", where, text, expected.what()),
               .remedy = "`sm-train train --help` shows every setting."});
}

}  // namespace

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = all_settings();
  return all;
}

Options options_from_environment(EnvVars environment) {
  Options options;
  options.environment = std::move(environment);
  apply_settings(options, [](std::size_t) { return std::nullopt; });
  return options;
}

void apply_settings(Options& options, const GivenOption& given) {
  for (std::size_t i = 0; i < settings().size(); ++i) {
    apply_first(settings()[i], given(i), options);
    if (i == 0) settle_base_path(options);
  }
}

std::string other_spellings(const Setting& setting) {
  std::string text = fmt::format("{}", fmt::join(setting.variables, ", "));
  if (!setting.hyperparameter.empty()) text += "; hyperparameter " + setting.hyperparameter;
  return text;
}

void apply_first(const Setting& setting, const std::optional<std::string>& value, Options& options) {
  if (value) return apply(setting, setting.option, *value, options);
  for (const std::string& variable : setting.variables) {
    const auto found = options.environment.find(variable);
    if (found != options.environment.end() && !found->second.empty())
      return apply(setting, "The variable " + variable, found->second, options);
  }
}

}  // namespace sm_train
