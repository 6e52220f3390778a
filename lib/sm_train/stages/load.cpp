#include "sm_train/stages/load.hpp"

#include <array>
#include <filesystem>
#include <unistd.h>

#include <fmt/format.h>

#include "sm_train/contract/environment.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/model_trainer.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/json.hpp"
#include "sm_train/system/log.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

constexpr std::size_t max_config_bytes = 64 << 20;

bool is_there(const fs::path& path) {
  std::error_code error;
  const fs::file_type type = fs::status(path, error).type();
  if (type == fs::file_type::not_found) return false;
  if (error) throw Error(errno_failure(error.value(), Access::read, "read " + path.native()));
  return true;
}

/// The file's value; nothing, with a warning that says what counts instead, where there is no such file.
std::optional<Value> load_if_there(const fs::path& path, const char* instead) {
  if (is_there(path)) return load_config(path);
  log(LogLevel::warning, fmt::format("{} is missing: {}", path.native(), instead));
  return std::nullopt;
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

std::optional<std::string> find_variable(const Options& options, const std::string& name) {
  const auto found = options.environment.find(name);
  return found == options.environment.end() ? std::nullopt : std::optional(os_text(found->second));
}

Platform load_platform(const Options& options) {
  return {.training_job_name = find_variable(options, "TRAINING_JOB_NAME"),
          .framework_module = find_variable(options, "SAGEMAKER_TRAINING_MODULE"),
          .model_parallel_parameters = find_variable(options, "SM_HP_MP_PARAMETERS"),
          .default_region = find_variable(options, "AWS_DEFAULT_REGION").value_or("")};
}

void apply(const Options& options, Settings& settings) {
  if (options.program) settings.program = os_text(*options.program);
  if (options.submit_directory) settings.submit_directory = os_text(*options.submit_directory);
  if (options.log_level) settings.log_level = *options.log_level;
  if (options.s3_output) settings.s3_output = os_text(*options.s3_output);
  if (options.has_metrics) settings.cloudwatch_metrics = *options.has_metrics;
  if (settings.log_level && !log_level_number(*settings.log_level)) {
    log(LogLevel::warning,
        fmt::format("the log level {} is neither a number nor DEBUG, INFO, WARNING, ERROR or CRITICAL: "
                    "INFO is taken",
                    python_repr(*settings.log_level)));
    settings.log_level.reset();
  }
}

/// The SDK unpacks an archive by its name, and has its own word for whichever requirements file is there.
void apply(const SourceCode& source, const Paths& paths, Settings& settings) {
  if (!settings.program) settings.program = source.entry_script;
  if (!settings.submit_directory && source.source_dir) {
    const bool is_archive = source.source_dir->ends_with(".tar.gz");
    const fs::path directory = paths.code_channel();
    settings.submit_directory = os_text(
        is_archive ? (directory / fs::path(*source.source_dir).filename()).native() : directory.native());
  }
  if (source.requirements && *source.requirements != "auto") settings.requirements = source.requirements;
}

/// Where the hyperparameters name a program, the job is not ModelTrainer's.
void apply_source_code(const Options& options, const Platform& platform, bool is_named_elsewhere,
                       Settings& settings) {
  const fs::path path = options.paths.source_code();
  if (is_named_elsewhere || !is_there(path)) return;
  const SourceCode source = read_source_code(load_config(path), path.native());
  apply(source, options.paths, settings);
  if (settings.program || !source.command || runs_framework(platform.framework_module)) return;
  throw Error({.cause = Cause::bad_config,
               .what = fmt::format("{} has a command and no entry_script, and no shell is started here: {}.",
                                   path.native(), *source.command),
               .remedy = "Give SourceCode an entry_script, such as a .sh file with the command, and the "
                         "arguments as hyperparameters; or name the program with --program."});
}

Dict load_distributed(const Paths& paths) {
  const fs::path path = paths.distributed();
  return is_there(path) ? read_distributed(load_config(path), path.native()) : Dict();
}

}  // namespace

void require_job(const Paths& paths) {
  if (is_there(paths.input_config()) && fs::is_directory(paths.input_config())) return;
  throw Error(
      {.cause = Cause::no_input,
       .what = fmt::format("{} is no directory: there is no job to run.", paths.input_config().native()),
       .remedy = "Name the directory that stands for /opt/ml with --base-path, or make one with `sm-train init DIR`."});
}

Value load_config(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored))
    throw Error({.cause = Cause::bad_config,
                 .what = fmt::format("{} is a directory, expected a file of JSON.", path.native()),
                 .remedy = "Remove it, or put the file there."});
  return parse_json(read_file(path, max_config_bytes), path.native());
}

Hyperparameters load_hyperparameters(const Paths& paths) {
  const fs::path path = paths.hyperparameters();
  const auto file = load_if_there(path, "there are no hyperparameters");
  return read_hyperparameters(file.value_or(Dict{}), path.native(), try_parse_json);
}

ResourceConfig load_resource_config(const Paths& paths) {
  const fs::path path = paths.resource_config();
  const auto file = load_if_there(path, "the job has this one host");
  return file ? read_resource_config(*file, path.native()) : single_host_config(host_name());
}

Dict load_input_data_config(const Paths& paths) {
  const fs::path path = paths.input_data_config();
  const auto file = load_if_there(path, "there are no channels");
  return read_input_data_config(file.value_or(Dict{}), path.native());
}

std::string get_channel_dir(const Paths& paths, const std::string& channel) {
  return paths.channel(channel);
}

Job load(const Options& options) {
  const Paths& paths = options.paths;
  Job job{.hyperparameters = load_hyperparameters(paths),
          .resources = load_resource_config(paths),
          .input_data_config = load_input_data_config(paths),
          .platform = load_platform(options)};
  if (is_there(paths.checkpoint_config()))
    job.checkpoint_dir =
        read_checkpoint_dir(load_config(paths.checkpoint_config()), paths.checkpoint_config().native());
  const bool is_program_named = job.hyperparameters.settings.program.has_value();
  apply(options, job.hyperparameters.settings);
  apply_source_code(options, job.platform, is_program_named, job.hyperparameters.settings);
  job.distribution = load_distributed(paths);
  return job;
}

}  // namespace sm_train
