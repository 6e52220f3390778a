#include "commands/train.hpp"

#include <utility>

#include "commands/plan.hpp"
#include "sm_train/stages/train.hpp"

namespace sm_train {

namespace {

int run(Given given, Signals& signals) {
  if (given.has("--dry-run")) return plan_command().run(std::move(given), signals);
  return train(given.options, signals);
}

}  // namespace

Subcommand train_command() {
  return {.name = "train",
          .summary = "Run the job: what SageMaker asks for, and the default",
          .about =
              {"Reads the job's configs, fetches and installs the user's code, runs the program, looks after "
               "it, and reports how it went.",
               "Every setting is an option, a variable [in brackets], or a hyperparameter; the first of them "
               "that is given counts. What stands behind -- is added to the program's arguments."},
          .options = {{.name = "--dry-run",
                       .help = "Show what would be done, and do nothing: see `sm-train plan`"}},
          .settings = SettingsOf::job,
          .takes_arguments = true,
          .examples = {{.command = "sm-train --base-path ./opt_ml", .what = "the job of a mock /opt/ml"},
                       {.command = "sm-train --bool-style flag -- --verbose",
                        .what = "with another argument for the program"}},
          .exit_codes =
              "The program's own; 128 + n where signal n killed it; else sysexits' (64 to 78), 126 and 127.",
          .fault_report = FaultReport::as_pid_1,
          .run = run};
}

}  // namespace sm_train
