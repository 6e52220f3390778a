#include "sm_train/stages/train.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
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
#include "sm_train/python/package.hpp"
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
#include "sm_train/system/json.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/machine.hpp"
#include "sm_train/system/process_env.hpp"
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

/// Of a framework's program that wants the steps before it done, and is then to be started again.
std::vector<std::string> framework_command(const EnvVars& env) {
  constexpr const char* name = "SM_TRAIN_FRAMEWORK_COMMAND";
  const std::string text = env_var(env, name);
  std::vector<std::string> argv;
  if (text.empty()) return argv;
  const Value command = parse_json(text, name);
  for (const Value& word : command.list() ? *command.list() : List())
    if (word.text()) argv.push_back(os_bytes(*word.text(), name));
  if (!argv.empty()) return argv;
  throw Error({.cause = Cause::bad_config,
               .what = fmt::format("{} is \"{}\", expected a command as a JSON list of texts.", name, text),
               .remedy = "Leave it to the library's Training to set it."});
}

Plan plan_job(const Environment& environment, const CodeLayout& code, const Interpreter& python,
              const Options& options) {
  require_passable(environment, options.arguments, exec_limits());
  return make_plan({.environment = environment,
                    .code = code,
                    .python = python,
                    .process_env = options.environment,
                    .arguments = program_arguments(environment, code, options),
                    .framework_command = framework_command(options.environment)});
}

/// For a framework's function that calls us for the steps before it: with this job, and not what is on PATH.
void let_it_call_us(Command& framework, const Paths& paths) {
  framework.env["SM_TRAIN_BASE_PATH"] = paths.root;
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) framework.env["SM_TRAIN_EXECUTABLE"] = self;
}

PreparedInstallation prepare(const Plan& plan, const CodeLayout& code, const Interpreter& python,
                             const Options& options, Signals& signals) {
  if (plan.kind == EntryPointKind::framework) return {};  // it installs the code itself
  auto prepared = prepare_installation(
      plan.kind, code, python, options.install, options.environment, options.paths.root,
      signals.interrupt_of("while looking at the interpreter, before the program was started"));
  for (const std::string& note : prepared.plan.notes) log(LogLevel::info, note);
  return prepared;
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

/// What a framework's function throws is the failure of a program, and not one of ours.
Outcome call(const TrainFn& train_fn, const UserModule& user_module, const Environment& environment) try {
  return train_fn(user_module, environment);
} catch (const std::exception& error) {
  return {.end = Exited{1}, .stderr_tail = error.what()};
}

int run_job(const TrainFn& train_fn, const Options& options, Signals& signals, PhaseClock& clock) {
  Paths paths = options.paths;
  clock.begin("load");
  require_job(paths);
  ReservedRoom room = prepare_report(paths);

  const Job job = load(options);
  const Machine machine =
      inspect(options.environment,
              signals.interrupt_of("while looking at the machine, before the program was started"));
  std::optional<TempDir> room_for_code;
  if (job.hyperparameters.settings.submit_directory)
    room_for_code = make_room_for_code(paths.code(), options.environment, paths.root);
  if (room_for_code) paths.code_elsewhere = room_for_code->path() / "code";
  const Environment environment = create_environment(job, machine, paths);
  set_log_level(environment.log_level);

  clock.begin("fetch");
  const std::string code_source = fetch(job, environment, paths, options, signals);
  const std::string program = os_bytes(environment.user_entry_point, "The program's name");
  const CodeLayout code = list_code(paths.code(), file_of_program(program));

  clock.begin("plan");
  const Interpreter python = find_python(options.python, options.environment);
  Plan plan = plan_job(environment, code, python, options);
  if (plan.kind == EntryPointKind::framework) let_it_call_us(plan.program, paths);
  const PreparedInstallation prepared = prepare(plan, code, python, options, signals);
  plan = with_installation(std::move(plan), prepared.plan);
  const auto package = make_scratch("sm-train-python-", options.environment, paths.root);
  if (package) {
    write_python_package(package->path());
    plan = with_python_package(std::move(plan), package->path());
  }

  clock.begin("install");
  install_code(plan, prepared, options, signals);
  if (is_command(plan.kind)) make_executable(code, program);
  const auto moved = move_large_variables(plan.program, exec_limits());

  say_what_starts(environment, code_source, plan.program, clock.timings());
  signals.interrupt_of("before the program was started").check();
  clock.begin("program");
  const auto run = [&](const Command& command) {
    return launch(command, signals, {.grace = options.grace_period});
  };
  const Outcome outcome =
      train_fn ? call(train_fn, {environment.module_name, code.directory, plan.program, run}, environment)
               : run(plan.program);
  clock.begin("report");
  return report(outcome, plan.program, paths, clues_of(environment, options.arguments), std::move(room));
}

int report_fault(const Failure& failure, const Options& options) {
  log(LogLevel::error, Error(failure).what());
  return report(failure, options.paths, Secrets(options.environment));
}

int run_and_report(const TrainFn& train_fn, const Options& options, Signals& signals, PhaseClock& clock) try {
  return run_job(train_fn, options, signals, clock);
} catch (const std::exception& error) {
  return report_fault(fault_of(error), options);
}

}  // namespace

int train(const Options& options, Signals& signals, const TrainFn& train_fn) {
  keep_out_of_log(Secrets(options.environment));
  if (options.log_level) set_log_level(log_level_number(*options.log_level).value_or(20));
  PhaseClock clock;
  const int code = run_and_report(train_fn, options, signals, clock);
  log(LogLevel::info, "timings " + timings_json(clock.timings()));
  return code;
}

}  // namespace sm_train
