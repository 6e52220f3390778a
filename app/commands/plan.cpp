#include "commands/plan.hpp"

#include <iostream>

#include "sm_train/stages/job_plan.hpp"
#include "sm_train/stages/plan_job.hpp"

namespace sm_train {

namespace {

int run(Given given, Signals& signals) {
  const PlannedJob job =
      plan_job(given.options, given.text("--host"), signals.interrupt_of("while planning the job"));
  const auto write = given.has("--json") ? job_plan_json : job_plan_text;
  std::cout << write(job.plan, job.secrets) << std::flush;
  return 0;
}

}  // namespace

Subcommand plan_command() {
  return {.name = "plan",
          .summary = "Show what the job would start on each host, and start nothing",
          .options = {{.name = "--host", .value_name = "NAME", .help = "This host alone, such as algo-2"},
                      {.name = "--json", .help = "As JSON, for a program to read"}},
          .settings = SettingsOf::job,
          .takes_arguments = true,
          .examples = {{.command = "sm-train plan --base-path ./opt_ml --host algo-2",
                        .what = "one of the hosts"}},
          .exit_codes =
              "0; 64 where the host is none of the job's; else what the job would end with for the same "
              "fault.",
          .run = run};
}

}  // namespace sm_train
