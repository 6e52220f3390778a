#include "sm_train/stages/job_variables.hpp"

#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/environment.hpp"
#include "sm_train/contract/exec_limits.hpp"
#include "sm_train/contract/plan.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/distributed/tf_config.hpp"
#include "sm_train/stages/channel_args.hpp"
#include "sm_train/stages/foreseen_code.hpp"
#include "sm_train/stages/large_variables.hpp"
#include "sm_train/stages/load.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/machine.hpp"

namespace sm_train {

namespace {

/// With them the shell could start no program any more.
void leave_out_large_ones(EnvVars& variables, const EnvVars& inherited) {
  Command program = {.argv = {}, .env = variables, .cwd = {}};
  program.env.insert(inherited.begin(), inherited.end());
  for (const std::string& name : find_variables_to_move(program, exec_limits())) {
    variables.erase(name);
    log(LogLevel::warning, fmt::format("{} is too large for a variable, and is left out", name));
  }
}

}  // namespace

EnvVars job_variables(const Options& options, const Interrupt& interrupt) {
  require_job(options.paths);
  const Environment environment = create_environment(load(options), inspect(options.environment, interrupt),
                                                     options.paths, MissingProgram::empty);
  set_log_level(environment.log_level);
  require_passable(environment, options.arguments, exec_limits());
  const CodeLayout code =
      foresee_code({.source = std::nullopt,
                    .code = options.paths.code(),
                    .program = os_bytes(environment.user_entry_point, "The program's name")})
          .layout;
  const Interpreter none;  // nothing is run
  EnvVars variables = added_env({.environment = environment,
                                 .code = code,
                                 .python = none,
                                 .process_env = options.environment,
                                 .arguments = program_arguments(environment, code, options)});
  const auto config = tf_config(environment);
  if (config && !options.environment.contains("TF_CONFIG")) variables["TF_CONFIG"] = *config;
  leave_out_large_ones(variables, options.environment);
  return variables;
}

}  // namespace sm_train
