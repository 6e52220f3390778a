#pragma once

#include <optional>
#include <string>

#include "sm_train/contract/secrets.hpp"
#include "sm_train/stages/job_plan.hpp"
#include "sm_train/stages/options.hpp"
#include "sm_train/system/interrupt.hpp"

namespace sm_train {

struct PlannedJob {
  JobPlan plan;
  Secrets secrets;  ///< of the program, not to be shown
};

/// What train() would start on each host of the job below options.paths, or on `host` alone. It reads the
/// configs, the code where it lies and this machine, and starts and changes nothing (but a tool that must be
/// asked may count the machine's devices, see inspect). Throws Error as the steps of the job do, and as
/// plan_hosts does.
PlannedJob plan_job(const Options& options, const std::optional<std::string>& host,
                    const Interrupt& interrupt = {});

}  // namespace sm_train
