#include "sm_train/stages/plan_job.hpp"

#include "sm_train/contract/environment.hpp"
#include "sm_train/contract/exec_limits.hpp"
#include "sm_train/contract/plan.hpp"
#include "sm_train/python/interpreter.hpp"
#include "sm_train/stages/channel_args.hpp"
#include "sm_train/stages/foreseen_code.hpp"
#include "sm_train/stages/host_plans.hpp"
#include "sm_train/stages/large_variables.hpp"
#include "sm_train/stages/load.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/machine.hpp"

namespace sm_train {

PlannedJob plan_job(const Options& options, const std::optional<std::string>& host,
                    const Interrupt& interrupt) {
  require_job(options.paths);
  const Job job = load(options);
  const Machine machine = inspect(options.environment, interrupt);
  const Environment environment = create_environment(job, machine, options.paths);
  set_log_level(environment.log_level);
  require_passable(environment, options.arguments, exec_limits());
  const ForeseenCode code = foresee_code(job, environment, options);
  const Plan program = make_plan({.environment = environment,
                                  .code = code.layout,
                                  .python = find_python(options.python, options.environment),
                                  .process_env = options.environment,
                                  .arguments = program_arguments(environment, code.layout, options)});
  PlannedJob planned = {.plan = plan_hosts({.job = job,
                                            .machine = machine,
                                            .paths = options.paths,
                                            .program = program,
                                            .wanted = options.distribution,
                                            .host = host}),
                        .secrets = Secrets(program.program.env, environment.hyperparameters)};
  if (!code.note.empty()) planned.plan.notes.push_back(code.note);
  return planned;
}

}  // namespace sm_train
