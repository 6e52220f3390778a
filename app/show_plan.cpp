#include "show_plan.hpp"

#include <exception>
#include <iostream>

#include "sm_train/contract/failure.hpp"
#include "sm_train/stages/fault.hpp"
#include "sm_train/stages/job_plan.hpp"
#include "sm_train/stages/plan_job.hpp"
#include "sm_train/system/log.hpp"

namespace sm_train {

int show_plan(const ShowPlan& show, Signals& signals) try {
  const PlannedJob job = plan_job(show.options, show.host, signals.interrupt_of("while planning the job"));
  const auto write = show.is_json ? job_plan_json : job_plan_text;
  std::cout << write(job.plan, job.secrets) << std::flush;
  return 0;
} catch (const std::exception& error) {
  const Failure failure = fault_of(error);
  log(LogLevel::error, Error(failure).what());
  return exit_code(failure.cause);
}

}  // namespace sm_train
