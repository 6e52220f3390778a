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

/// What train() would do with the job below options.paths, on each host or on `host` alone. It reads the
/// configs, the code where it lies and this machine, and changes nothing. It starts nothing but what must be
/// asked: the interpreter, where something may have to be installed (see foresee_installation), and a tool
/// that counts the machine's devices (see inspect). Throws Error as the steps of the job do, and as
/// plan_hosts does.
PlannedJob plan_job(const Options& options, const std::optional<std::string>& host,
                    const Interrupt& interrupt = {});

}  // namespace sm_train
