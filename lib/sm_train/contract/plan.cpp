#include "sm_train/contract/plan.hpp"

#include <fmt/format.h>

#include "sm_train/contract/env_vars.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/contract/require_program.hpp"

namespace sm_train {

namespace {

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

void put_before(std::string& path, const std::vector<std::string>& directories) {
  if (!directories.empty())
    path = fmt::format("{}{}{}", fmt::join(directories, ":"), path.empty() ? "" : ":", path);
}

std::string path_with_code(const PlanInput& input) {
  const auto inherited = input.process_env.find("PYTHONPATH");
  std::string path = inherited == input.process_env.end() ? "" : inherited->second;
  // A shell that has evaluated `sm-train env` has it there already.
  if (!(path + ":").starts_with(input.code.directory + ":")) put_before(path, {input.code.directory});
  return path;
}

EnvVars program_env(const PlanInput& input) {
  EnvVars env = added_env(input);
  env.insert(input.process_env.begin(), input.process_env.end());
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

// What the library's own Training finds: that the steps before the program are done, and what asked for them.
constexpr const char* is_started = "SM_TRAIN_STARTED";
constexpr const char* wanted_command = "SM_TRAIN_FRAMEWORK_COMMAND";

/// In our own working directory and without arguments, as the Python toolkit calls it.
Plan framework_plan(const PlanInput& input) {
  const std::string& function = *input.environment.framework_module;
  require_framework_function(function);
  const EntryPointKind kind = EntryPointKind::framework;
  Plan plan = {.kind = kind,
               .install = {},
               .program = {.argv = entry_point_argv(kind, os_bytes(function, "SAGEMAKER_TRAINING_MODULE"),
                                                    require_python(input.python)),
                           .env = program_env(input),
                           .cwd = {}}};
  for (const char* name : {is_started, wanted_command}) plan.program.env.erase(name);
  return plan;
}

}  // namespace

EnvVars added_env(const PlanInput& input) {
  EnvVars env;
  for (const auto& [name, value] : to_env_vars(input.environment, input.arguments)) {
    const std::string what = "The variable " + name;
    env[os_bytes(name, what)] = os_bytes(value, what);
  }
  env["PYTHONPATH"] = path_with_code(input);
  if (!input.process_env.contains("PYTHONUNBUFFERED")) env["PYTHONUNBUFFERED"] = std::string("1");
  return env;
}

Plan make_plan(const PlanInput& input) {
  if (runs_framework(input.environment.framework_module) && input.framework_command.empty())
    return framework_plan(input);
  const std::string& program = input.environment.user_entry_point;
  const EntryPointKind kind = choose_entry_point(program, input.code);
  require_program(program, kind, input.code);
  Plan plan = {.kind = kind, .install = {}, .program = program_command(input, kind)};
  plan.program.env.insert_or_assign(is_started, std::string("1"));
  plan.program.env.erase(wanted_command);
  if (!input.framework_command.empty()) {
    plan.program.argv = input.framework_command;
    plan.program.cwd.clear();
  }
  return plan;
}

Plan with_python_package(Plan plan, const std::string& directory) {
  std::string& path = plan.program.env["PYTHONPATH"];
  if (!path.empty()) path += ':';
  path += directory;
  return plan;
}

Plan with_installation(Plan plan, const Installation& installation) {
  plan.install = installation.steps;
  EnvVars& env = plan.program.env;
  if (!installation.script_directories.empty()) put_before(env["PATH"], installation.script_directories);
  if (installation.module_directories.empty()) return plan;
  // Behind the code's own modules, before all others.
  std::string& path = env["PYTHONPATH"];
  const std::string code = path.substr(0, path.find(':'));
  path.erase(0, code.size() + 1);
  put_before(path, installation.module_directories);
  put_before(path, {code});
  return plan;
}

}  // namespace sm_train
