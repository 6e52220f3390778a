#include "commands/serve.hpp"

#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

int run(Given, Signals&) {
  throw Error({.cause = Cause::usage,
               .what = "sm-train trains models and does not serve them: `serve` is for an inference image.",
               .remedy = "Run `sm-train train`, or deploy the model with an image that serves."});
}

}  // namespace

Subcommand serve_command() {
  return {.name = "serve",
          .summary = "Refused: this is a training image",
          .settings = SettingsOf::job,
          .fault_report = FaultReport::as_pid_1,
          .run = run};
}

}  // namespace sm_train
