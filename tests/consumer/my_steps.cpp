// The steps of a job one by one, with one of them replaced.
#include <exception>
#include <filesystem>
#include <utility>

#include "sm_train/sm_train.hpp"

namespace {

using namespace sm_train;

/// The code of this container lies in it.
void copy_my_code(const std::filesystem::path& code) {
  std::filesystem::copy("my-code", code, std::filesystem::copy_options::recursive);
}

// lib/README.md shows this function.
int run_job(const Options& options, Signals& signals) {
  ReservedRoom room = prepare_report(options.paths);
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
  const auto prepared =
      prepare_installation(plan.kind, code, python, options.install, options.environment, options.paths.root);
  const TempDir package;
  write_python_package(package.path());
  plan = with_python_package(with_installation(plan, prepared.plan), package.path());
  install(plan.install, signals);
  return report(launch(plan.program, signals), plan.program, options.paths, {}, std::move(room));
}

}  // namespace

int main() {
  const Options options = options_from_environment();
  try {
    Signals signals;
    return run_job(options, signals);
  } catch (const std::exception& error) {
    log(LogLevel::error, error.what());
    return report(fault_of(error), options.paths, Secrets(options.environment));
  }
}
