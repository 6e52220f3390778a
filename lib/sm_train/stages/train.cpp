#include "sm_train/stages/train.hpp"

#include <unistd.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/plan.hpp"
#include "sm_train/contract/summary.hpp"
#include "sm_train/stages/channel_args.hpp"
#include "sm_train/stages/fetch.hpp"
#include "sm_train/stages/install.hpp"
#include "sm_train/stages/large_variables.hpp"
#include "sm_train/stages/launch.hpp"
#include "sm_train/stages/load.hpp"
#include "sm_train/stages/report.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/machine.hpp"

namespace sm_train {

namespace {

int run_job(const Options& options, Signals& signals) {
  const Paths& paths = options.paths;
  require_job(paths);
  prepare_report(paths);
  const Job job = load(options);
  const Environment environment = create_environment(job, inspect(options.environment), paths);
  set_log_level(environment.log_level);

  const Settings& settings = job.hyperparameters.settings;
  if (settings.submit_directory && !runs_framework(environment))
    fetch_code(*settings.submit_directory, paths.code(), signals.interrupt_of("while fetching the code"));
  const CodeLayout code = list_code(paths.code(), environment.user_entry_point);

  const ExecLimits limits = exec_limits();
  require_passable(environment, limits);
  Plan plan = make_plan({.environment = environment,
                         .code = code,
                         .python = find_python(options.python, options.environment),
                         .process_env = options.environment,
                         .arguments = program_arguments(environment, code, options),
                         .requirements = options.requirements,
                         .as_root = ::geteuid() == 0});
  install(plan.install, signals);
  if (plan.kind == EntryPointKind::command) make_executable(code, environment.user_entry_point);

  const auto moved = move_large_variables(plan.program, limits);
  log(LogLevel::info, summary(environment));
  signals.interrupt_of("before the program").check();
  const Outcome outcome = launch(plan.program, signals, {.grace = options.grace_period});
  return report(outcome, plan.program, paths);
}

}  // namespace

int train(const Options& options, Signals& signals) try {
  return run_job(options, signals);
} catch (const Error& error) {
  log(LogLevel::error, error.what());
  return report(error.failure(), options.paths);
} catch (const std::exception& error) {
  log(LogLevel::error, error.what());
  return report(
      Failure{.cause = Cause::internal,
              .what = std::string("sm-train failed in a way that it does not know: ") + error.what() + ".",
              .remedy = "Please report this as a bug."},
      options.paths);
}

}  // namespace sm_train
