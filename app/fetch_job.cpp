#include "fetch_job.hpp"

#include <chrono>
#include <exception>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/stages/fault.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/tree_size.hpp"

namespace sm_train {

namespace {

using Clock = std::chrono::steady_clock;

void say_what_came(const FetchJob& job, const TreeSize& size, Clock::duration time) {
  log(LogLevel::info, fmt::format("Fetched {} to {}: {} in {:.2f} s.", job.source, job.directory.native(),
                                  tree_size_text(size), std::chrono::duration<double>(time).count()));
}

}  // namespace

int fetch(const FetchJob& job, Signals& signals) try {
  set_log_level(job.log_level);
  const auto start = Clock::now();
  const auto fetched =
      fetch_code(job.source, job.directory, job.options, signals.interrupt_of("while fetching the code"));
  if (fetched) say_what_came(job, *fetched, Clock::now() - start);
  return 0;
} catch (const std::exception& error) {
  const Failure failure = fault_of(error);
  log(LogLevel::error, Error(failure).what());
  return exit_code(failure.cause);
}

}  // namespace sm_train
