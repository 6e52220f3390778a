#include "sm_train/stages/train.hpp"

#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/command_line.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/plan.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/contract/secrets.hpp"
#include "sm_train/contract/summary.hpp"
#include "sm_train/contract/timings.hpp"
#include "sm_train/python/interpreter.hpp"
#include "sm_train/stages/channel_args.hpp"
#include "sm_train/stages/code_layout.hpp"
#include "sm_train/stages/fault.hpp"
#include "sm_train/stages/fetch.hpp"
#include "sm_train/stages/install.hpp"
#include "sm_train/stages/large_variables.hpp"
#include "sm_train/stages/launch.hpp"
#include "sm_train/stages/load.hpp"
#include "sm_train/stages/package_index.hpp"
#include "sm_train/stages/phase_clock.hpp"
#include "sm_train/stages/report.hpp"
#include "sm_train/stages/scratch.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/machine.hpp"
#include "sm_train/system/tree_size.hpp"

namespace sm_train {

namespace {

/// Gives where the code came from, for people.
std::string fetch(const Job& job, const Environment& environment, const Paths& paths, const Options& options,
                  Signals& signals) {
  const auto& source = job.hyperparameters.settings.submit_directory;
  if (!source || runs_framework(environment)) return environment.code_dir + " as it was";
  FetchOptions fetch_options = options.fetch;
  fetch_options.s3.env = options.environment;
  const auto size =
      fetch_code(os_bytes(*source, "The submit directory"), paths.code(), fetch_options,
                 signals.interrupt_of("while fetching the code, before the program was started"));
  return size ? fmt::format("{} ({})", *source, tree_size_text(*size)) : environment.code_dir + " as it was";
}

Plan plan_job(const Environment& environment, const CodeLayout& code, const Interpreter& python,
              const Options& options) {
  require_passable(environment, options.arguments, exec_limits());
  return make_plan({.environment = environment,
                    .code = code,
                    .python = python,
                    .process_env = options.environment,
                    .arguments = program_arguments(environment, code, options)});
}

PreparedInstallation prepare(const Plan& plan, const CodeLayout& code, const Interpreter& python,
                             const Options& options, Signals& signals) {
  if (plan.kind == EntryPointKind::framework) return {};  // it installs the code itself
  return prepare_installation(
      plan.kind, code, python, options.install, options.environment, options.paths.root,
      signals.interrupt_of("while looking at the interpreter, before the program was started"));
}

void install_code(const Plan& plan, const PreparedInstallation& prepared, const Options& options,
                  Signals& signals) {
  if (plan.install.empty()) return;
  const PackageIndex index = find_package_index(
      options.environment, prepared.prefix ? prepared.prefix->path() : temporary_directory(),
      signals.interrupt_of("while asking CodeArtifact for its index, before the program was started"));
  const auto steps = with_index(plan.install, index);
  keep_out_of_log(Secrets(steps.front().command.env));
  install(steps, signals, options.install.timeout);
}

void say_what_starts(const Environment& environment, const std::string& code, const Command& program,
                     const Timings& timings) {
  const Secrets secrets(program.env, environment.hyperparameters);
  if (environment.log_level <= static_cast<int>(LogLevel::debug))
    for (const std::string& variable : shown_variables(program.env, secrets)) log(LogLevel::debug, variable);
  // The hyperparameters may hold secrets too.
  keep_out_of_log(secrets);
  for (const std::string& line : summary({.environment = environment,
                                 .code = code,
                                 .program = program,
                                 .timings = timings,
                                 .secrets = secrets}))
    log(LogLevel::info, line);
}

int run_job(const Options& options, Signals& signals, PhaseClock& clock) {
  Paths paths = options.paths;
  clock.begin("load");
  require_job(paths);
  ReservedRoom room = prepare_report(paths);

  const Job job = load(options);
  const Machine machine =
      inspect(options.environment,
              signals.interrupt_of("while looking at the machine, before the program was started"));
  std::optional<TempDir> room_for_code;
  if (job.hyperparameters.settings.submit_directory && !runs_framework(job.platform))
    room_for_code = make_room_for_code(paths.code(), options.environment, paths.root);
  if (room_for_code) paths.code_elsewhere = room_for_code->path() / "code";
  const Environment environment = create_environment(job, machine, paths);
  set_log_level(environment.log_level);

  clock.begin("fetch");
  const std::string code_source = fetch(job, environment, paths, options, signals);
  const std::string program = os_bytes(environment.user_entry_point, "The program's name");
  const CodeLayout code = list_code(paths.code(), program);

  clock.begin("plan");
  const Interpreter python = find_python(options.python, options.environment);
  Plan plan = plan_job(environment, code, python, options);
  const PreparedInstallation prepared = prepare(plan, code, python, options, signals);
  plan = with_installation(std::move(plan), prepared.plan);

  clock.begin("install");
  install_code(plan, prepared, options, signals);
  if (is_command(plan.kind)) make_executable(code, program);
  const auto moved = move_large_variables(plan.program, exec_limits());

  say_what_starts(environment, code_source, plan.program, clock.timings());
  signals.interrupt_of("before the program was started").check();
  clock.begin("program");
  const Outcome outcome = launch(plan.program, signals, {.grace = options.grace_period});
  clock.begin("report");
  return report(outcome, plan.program, paths, clues_of(environment, options.arguments), std::move(room));
}

int report_fault(const Failure& failure, const Options& options) {
  log(LogLevel::error, Error(failure).what());
  return report(failure, options.paths, Secrets(options.environment));
}

int run_and_report(const Options& options, Signals& signals, PhaseClock& clock) try {
  return run_job(options, signals, clock);
} catch (const std::exception& error) {
  return report_fault(fault_of(error), options);
}

}  // namespace

int train(const Options& options, Signals& signals) {
  keep_out_of_log(Secrets(options.environment));
  if (options.log_level) set_log_level(log_level_number(*options.log_level).value_or(20));
  PhaseClock clock;
  const int code = run_and_report(options, signals, clock);
  log(LogLevel::info, "timings " + timings_json(clock.timings()));
  return code;
}

}  // namespace sm_train
