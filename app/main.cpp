#include <exception>
#include <filesystem>
#include <iostream>
#include <string_view>
#include <system_error>
#include <unistd.h>

#include "command_line.hpp"
#include "fetch_job.hpp"
#include "show_plan.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/secrets.hpp"
#include "sm_train/distributed/rank_start.hpp"
#include "sm_train/python/package.hpp"
#include "sm_train/stages/report.hpp"
#include "sm_train/stages/train.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/name_services.hpp"
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

std::filesystem::path own_program() {
  std::error_code unknown;
  return std::filesystem::read_symlink("/proc/self/exe", unknown);
}

}  // namespace

int main(int argc, char* argv[]) try {
  open_missing_standard_streams();
  use_own_name_services();
  // For Open MPI, once for each rank: before anything that a rank has no need of.
  if (argc > 2 && std::string_view(argv[1]) == mpi_rank_command) return start_rank({argv + 2, argv + argc});
  Signals signals;
  keep_out_of_log(Secrets(process_env_vars()));
  const Invocation invocation = parse_command_line(argc, argv, process_env_vars());
  if (const auto* text = std::get_if<ShowText>(&invocation)) return show(*text);
  if (const auto* refused = std::get_if<Refused>(&invocation)) return refuse(*refused);
  if (const auto* package = std::get_if<WritePackage>(&invocation)) return write(*package);
  if (const auto* job = std::get_if<FetchJob>(&invocation)) return fetch(*job, signals);
  if (const auto* plan = std::get_if<ShowPlan>(&invocation)) return show_plan(*plan, signals);
  Options options = std::get<Options>(invocation);
  options.own_program = own_program();
  return train(options, signals);
} catch (const std::exception& error) {
  log(LogLevel::error, error.what());
  return exit_code(Cause::internal);
}
