#include "commands/run.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "commands/mock_job_options.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/stages/train.hpp"
#include "sm_train/stages/trial.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/tree_size.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

constexpr const char* base_path = "--base-path";
constexpr const char* program = "--program";
constexpr const char* submit_directory = "--submit-directory";

[[noreturn]] void refuse(std::string what, std::string remedy) {
  throw Error({.cause = Cause::usage, .what = std::move(what), .remedy = std::move(remedy)});
}

fs::path code_of(const Given& given) {
  if (given.has_setting(submit_directory))
    refuse(fmt::format("{} names the code, which FILE_OR_DIR does here.", submit_directory), "Leave it out.");
  std::string text = not_empty(given, "FILE_OR_DIR", "run");
  if (text.find("://") != std::string::npos)
    refuse(fmt::format("{} is no file or directory of this machine.", text),
           "Fetch it with `sm-train fetch URI DIR`, and run DIR.");
  return text;
}

/// A program that the surroundings name (SAGEMAKER_PROGRAM) is that of another job.
std::string program_of_trial(const Given& given, const fs::path& code) {
  std::error_code error;
  const bool is_named = given.has_setting(program);
  if (!is_named) return program_of(code);
  if (!fs::is_regular_file(code, error)) return given.options.program.value_or("");
  refuse(fmt::format("{} is the program itself, and --program names another.", code.native()),
         "Run the directory that it lies in, or leave --program out.");
}

MockJob job_of(const Given& given, const fs::path& code) {
  MockJob job = {.code = code};
  apply_mock_job_options(given, job);
  const Value* named = job.hyperparameters.find("sagemaker_program");
  const bool is_named = named != nullptr && named->text() != nullptr && !given.has_setting(program);
  if (!is_named) job.program = program_of_trial(given, code);
  return job;
}

/// Makes the mock, and sets what the job is to find there. Gives the lock of a directory that others may use.
UniqueFd prepare(const Given& given, const MockJob& job, Options& options, const Interrupt& interrupt) {
  UniqueFd lock;
  if (given.has_setting(base_path))
    lock = write_trial(job, options.paths.root, interrupt);
  else
    options.paths.root = write_trial(job, interrupt);
  options.program = job.program.empty() ? std::nullopt : std::optional(job.program);
  options.submit_directory.reset();  // of the surroundings too
  return lock;
}

void say_what_is_there(const Options& options, const fs::path& code) {
  log(LogLevel::info,
      fmt::format("a mock of /opt/ml is {}, with a copy of {} ({})", options.paths.root.native(),
                  code.native(), tree_size_text(tree_size(options.paths.code()))));
  const fs::path checkpoints = options.paths.root / "checkpoints";
  if (const TreeSize kept = tree_size(checkpoints); kept.files > 0)
    log(LogLevel::info, fmt::format("the checkpoints of an earlier run are there: {} ({})",
                                    checkpoints.native(), tree_size_text(kept)));
}

void say_what_is_left(const Paths& paths, bool is_temporary) {
  for (const std::string& line : trial_results(paths)) log(LogLevel::info, line);
  if (is_temporary)
    log(LogLevel::info,
        fmt::format("{} stays until you remove it; --base-path DIR names a directory of your own, "
                    "to be used again and again",
                    paths.root.native()));
}

int run(const Given& given, Signals& signals) {
  const fs::path code = code_of(given);
  const MockJob job = job_of(given, code);
  Options options = given.options;
  const UniqueFd lock = prepare(given, job, options, signals.interrupt_of("while making the mock job"));
  say_what_is_there(options, code);
  const int exit_code = train(options, signals);
  say_what_is_left(options.paths, !given.has_setting(base_path));
  return exit_code;
}

}  // namespace

Subcommand run_command() {
  return {
      .name = "run",
      .summary = "Try a script or a directory as SageMaker would run it",
      .about = {"Makes a mock /opt/ml with a copy of the code, links to the channels' data and the "
                "hyperparameters, runs the job there, and says where its model and outputs are.",
                "The mock is a new temporary directory, which stays, or --base-path DIR: a new or empty one, "
                "or that of an earlier run, of which the checkpoints stay. The variables of these settings, "
                "which may be another job's, do not count. What stands behind -- is added to "
                "the program's arguments. --installer none leaves out what the code requires."},
      .operands = {{.name = "FILE_OR_DIR",
                    .help = "The program; or the directory of its code, whose program is --program, else its "
                            "train.py, train.sh or __main__.py"}},
      .options = mock_job_options(),
      .settings = SettingsOf::job,
      .takes_arguments = true,
      .examples = {{.command = "sm-train run train.py -p lr=0.1 -c training=./data",
                    .what = "one file, a hyperparameter and data"},
                   {.command = "sm-train run ./source --program fit.py --base-path ./trial -- --verbose",
                    .what = "a directory, in a mock that stays at hand"}},
      .exit_codes =
          "The program's own; 128 + n where signal n killed it; 73 where the base path holds something else; "
          "else sysexits' (64 to 78), 126 and 127.",
      .run = run};
}

}  // namespace sm_train
