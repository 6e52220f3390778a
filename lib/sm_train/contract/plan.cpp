#include "sm_train/contract/plan.hpp"

#include <fmt/format.h>

#include "sm_train/contract/env_vars.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/contract/require_program.hpp"

namespace sm_train {

namespace {

const std::string& require_python(const Interpreter& python) {
  if (!python.path.empty()) return python.path;
  throw Error({.cause = Cause::not_found,
               .what = fmt::format("No Python interpreter was found: looked for {}.", python.looked_for),
               .remedy = "Install one in the image, or name it with --python or SM_TRAIN_PYTHON."});
}

void require_framework_function(const std::string& name) {
  const std::size_t colon = name.find(':');
  if (colon != 0 && colon != std::string::npos && colon + 1 < name.size() &&
      name.find(':', colon + 1) == std::string::npos)
    return;
  throw Error(
      {.cause = Cause::bad_config,
       .what = fmt::format("SAGEMAKER_TRAINING_MODULE is \"{}\", expected \"module:function\".", name),
       .remedy = "Correct it, or remove it to run sagemaker_program itself."});
}

EnvVars program_env(const PlanInput& input) {
  EnvVars env = input.process_env;
  for (const auto& [name, value] : to_env_vars(input.environment, input.arguments)) {
    const std::string what = "The variable " + name;
    env[os_bytes(name, what)] = os_bytes(value, what);
  }
  const std::string inherited = env["PYTHONPATH"];
  env["PYTHONPATH"] = input.code.directory + (inherited.empty() ? "" : ":" + inherited);
  env.emplace("PYTHONUNBUFFERED", "1");
  return env;
}

Command program_command(const PlanInput& input, EntryPointKind kind) {
  const std::string python = is_command(kind) ? "" : require_python(input.python);
  const std::string program = os_bytes(input.environment.user_entry_point, "The program's name");
  Command command{.argv = entry_point_argv(kind, program, python),
                  .env = program_env(input),
                  .cwd = input.code.directory};
  std::string flag = "the first";
  for (const std::string& argument : input.arguments) {
    command.argv.push_back(os_bytes(argument, fmt::format("The argument after {}", flag)));
    flag = argument.starts_with('-') ? argument : flag;
  }
  return command;
}

/// pip in the user's interpreter. In an image there is nobody else whose packages it could break, so the mark
/// of an externally managed interpreter (PEP 668) does not stop root.
EnvVars pip_env(const PlanInput& input) {
  EnvVars env = input.process_env;
  env.emplace("PIP_DISABLE_PIP_VERSION_CHECK", "1");
  if (input.as_root) {
    env.emplace("PIP_BREAK_SYSTEM_PACKAGES", "1");
    env.emplace("PIP_ROOT_USER_ACTION", "ignore");
  }
  return env;
}

std::vector<InstallStep> install_steps(const PlanInput& input, EntryPointKind kind) {
  const std::string requirements = !input.requirements.empty()   ? input.requirements
                                   : input.code.has_requirements ? "requirements.txt"
                                                                 : "";
  const bool package = installs_package(kind);
  if (requirements.empty() && !package) return {};

  Command pip{.argv = {require_python(input.python), "-m", "pip", "install"},
              .env = pip_env(input),
              .cwd = input.code.directory};
  std::vector<std::string> what;
  if (package) {
    pip.argv.emplace_back(".");
    what.emplace_back("the package in " + input.code.directory);
  }
  if (!requirements.empty()) {
    pip.argv.insert(pip.argv.end(), {"-r", requirements});
    what.emplace_back(requirements);
  }
  return {{.what = fmt::format("{}", fmt::join(what, " and ")), .command = std::move(pip)}};
}

/// In our own working directory and without arguments, as the Python toolkit calls it.
Plan framework_plan(const PlanInput& input) {
  require_framework_function(*input.environment.framework_module);
  const EntryPointKind kind = EntryPointKind::framework;
  return {.kind = kind,
          .install = {},
          .program = {.argv = entry_point_argv(kind, "", require_python(input.python)),
                      .env = program_env(input),
                      .cwd = {}}};
}

}  // namespace

bool runs_framework(const Environment& environment) {
  return environment.framework_module && !environment.framework_module->empty();
}

Plan make_plan(const PlanInput& input) {
  if (runs_framework(input.environment)) return framework_plan(input);
  const std::string& program = input.environment.user_entry_point;
  const EntryPointKind kind = choose_entry_point(program, input.code);
  require_program(program, kind, input.code);
  return {.kind = kind, .install = install_steps(input, kind), .program = program_command(input, kind)};
}

}  // namespace sm_train
