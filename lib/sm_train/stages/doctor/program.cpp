#include "sm_train/stages/doctor/program.hpp"

#include <fmt/format.h>

#include "sm_train/contract/exec_limits.hpp"
#include "sm_train/contract/one_line.hpp"
#include "sm_train/contract/plan.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/stages/channel_args.hpp"
#include "sm_train/stages/large_variables.hpp"

namespace sm_train {

ForeseenProgram foresee_program(const Job& job, const Options& options) {
  ForeseenProgram program;
  // The devices of the machine are another check's, and their tools may take long.
  program.environment = create_environment(job, Machine{}, options.paths);
  program.code = foresee_code(job, program.environment, options);
  program.kind =
      runs_framework(job.platform.framework_module)
          ? EntryPointKind::framework
          : choose_entry_point(os_bytes(program.environment.user_entry_point, "The program's name"),
                               program.code.layout);
  return program;
}

Finding check_program(const ForeseenProgram& program, const Interpreter& python, const Options& options) {
  const Environment& environment = program.environment;
  require_passable(environment, options.arguments, exec_limits());
  // That there is none is told by another check.
  const Interpreter some = {.path = python.path.empty() ? "python3" : python.path, .looked_for = ""};
  const Plan plan = make_plan({.environment = environment,
                               .code = program.code.layout,
                               .python = some,
                               .process_env = options.environment,
                               .arguments = program_arguments(environment, program.code.layout, options)});
  const auto words = entry_point_argv(
      plan.kind,
      plan.kind == EntryPointKind::framework ? *environment.framework_module : environment.user_entry_point,
      some.path);
  const std::string command = one_line(fmt::format("{}", fmt::join(words, " ")));
  if (program.code.note.empty())
    return passed(fmt::format("`{}` would run in {}.", command, program.code.layout.directory));
  return skipped(fmt::format("`{}` would run; {}.", command, program.code.note),
                 "`sm-train fetch URI DIR` fetches the code alone, to look into it.");
}

}  // namespace sm_train
