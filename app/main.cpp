#include <exception>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "command_line.hpp"
#include "print.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/secrets.hpp"
#include "sm_train/distributed/rank_start.hpp"
#include "sm_train/stages/fault.hpp"
#include "sm_train/stages/report.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/name_services.hpp"
#include "sm_train/system/process.hpp"
#include "sm_train/system/process_env.hpp"
#include "sm_train/system/signals.hpp"

namespace {

using namespace sm_train;

std::filesystem::path own_program() {
  std::error_code unknown;
  return std::filesystem::read_symlink("/proc/self/exe", unknown);
}

int show(const ShowText& text) {
  print(text.text);
  return 0;
}

int refuse(const Refused& refused) {
  log(LogLevel::error, Error(refused.failure).what());
  const bool is_job =
      refused.report == FaultReport::always || (refused.report == FaultReport::as_pid_1 && getpid() == 1);
  if (is_job) return report(refused.failure, refused.paths, Secrets(process_env_vars()));
  return exit_code(refused.failure.cause);
}

int run(const Invocation& invocation, Signals& signals) try {
  return invocation.command.run(invocation.given, signals);
} catch (const std::exception& error) {
  return refuse({.failure = fault_of(error),
                 .paths = invocation.given.options.paths,
                 .report = invocation.command.fault_report});
}

}  // namespace

int main(int argc, char* argv[]) try {
  open_missing_standard_streams();
  use_own_name_services();
  // For Open MPI, once for each rank: before anything that a rank has no need of.
  if (argc > 2 && std::string_view(argv[1]) == mpi_rank_command) return start_rank({argv + 2, argv + argc});
  Signals signals;
  Options options;
  options.environment = process_env_vars();
  options.own_program = own_program();
  keep_out_of_log(Secrets(options.environment));
  const auto parsed = parse_command_line(argc, argv, std::move(options));
  if (const auto* text = std::get_if<ShowText>(&parsed)) return show(*text);
  if (const auto* refused = std::get_if<Refused>(&parsed)) return refuse(*refused);
  return run(std::get<Invocation>(parsed), signals);
} catch (const std::exception& error) {
  return refuse({.failure = fault_of(error), .paths = {}, .report = FaultReport::never});
}
