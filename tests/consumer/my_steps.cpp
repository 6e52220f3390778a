// The steps of a job one by one, with one of them replaced.
#include <filesystem>
#include <iostream>
#include <string>

#include "sm_train/sm_train.hpp"

namespace {

using namespace sm_train;

/// The code of this container lies in it.
void copy_my_code(const std::filesystem::path& code) {
  std::filesystem::copy("my-code", code, std::filesystem::copy_options::recursive);
}

// lib/README.md shows this function.
int run_job(const Options& options, Signals& signals) {
  const Job job = load(options);
  const Environment environment = create_environment(job, inspect(options.environment), options.paths);
  copy_my_code(options.paths.code());  // in the place of fetch_code
  const CodeLayout code = list_code(options.paths.code(), environment.user_entry_point);
  const Interpreter python = find_python(options.python, options.environment);
  Plan plan = make_plan({.environment = environment,
                         .code = code,
                         .python = python,
                         .process_env = options.environment,
                         .arguments = program_arguments(environment, code, options)});
  const auto prepared = prepare_installation(plan.kind, code, python, options.install, options.environment,
                                             options.paths.root);
  const TempDir package;
  write_python_package(package.path());
  plan = with_python_package(with_installation(plan, prepared.plan), package.path());
  install(plan.install, signals);
  return report(launch(plan.program, signals), plan.program, options.paths);
}

}  // namespace

int main() try {
  Signals signals;
  return run_job(options_from_environment(process_env_vars()), signals);
} catch (const Error& error) {
  std::cerr << error.what() << "\n";
  return exit_code(error.failure().cause);
}
