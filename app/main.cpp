#include <exception>
#include <iostream>
#include <unistd.h>

#include "command_line.hpp"
#include "fetch_job.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/secrets.hpp"
#include "sm_train/python/package.hpp"
#include "sm_train/stages/report.hpp"
#include "sm_train/stages/train.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/process.hpp"
#include "sm_train/system/process_env.hpp"
#include "sm_train/system/signals.hpp"

namespace {

using namespace sm_train;

int show(const ShowText& invocation) {
  std::cout << invocation.text << std::flush;
  return 0;
}

int refuse(const Refused& refused) {
  log(LogLevel::error, Error(refused.failure).what());
  const bool is_job =
      refused.report == RefusalReport::always || (refused.report == RefusalReport::as_pid_1 && getpid() == 1);
  if (is_job) return report(refused.failure, refused.paths, Secrets(process_env_vars()));
  return exit_code(refused.failure.cause);
}

int write(const WritePackage& package) try {
  write_python_package(package.directory);
  return 0;
} catch (const Error& error) {
  log(LogLevel::error, error.what());
  return exit_code(error.failure().cause);
}

}  // namespace

int main(int argc, char* argv[]) try {
  open_missing_standard_streams();
  Signals signals;
  keep_out_of_log(Secrets(process_env_vars()));
  const Invocation invocation = parse_command_line(argc, argv, process_env_vars());
  if (const auto* text = std::get_if<ShowText>(&invocation)) return show(*text);
  if (const auto* refused = std::get_if<Refused>(&invocation)) return refuse(*refused);
  if (const auto* package = std::get_if<WritePackage>(&invocation)) return write(*package);
  if (const auto* job = std::get_if<FetchJob>(&invocation)) return fetch(*job, signals);
  return train(std::get<Options>(invocation), signals);
} catch (const std::exception& error) {
  log(LogLevel::error, error.what());
  return exit_code(Cause::internal);
}
