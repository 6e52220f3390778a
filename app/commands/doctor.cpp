#include "commands/doctor.hpp"

#include <iostream>
#include <unistd.h>

#include "sm_train/stages/doctor/doctor.hpp"
#include "sm_train/stages/doctor/findings_json.hpp"
#include "sm_train/stages/doctor/findings_text.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/terminal_style.hpp"

namespace sm_train {

namespace {

int run(Given given, Signals& signals) {
  // What the steps of a job would log is in the findings.
  constexpr int silent = static_cast<int>(LogLevel::error);
  const auto& level = given.options.log_level;
  set_log_level(level ? log_level_number(*level).value_or(silent) : silent);
  const auto findings = examine(given.options, signals.interrupt_of("while examining the job"));
  std::cout << (given.has("--json")
                    ? findings_json(findings)
                    : findings_text(findings, has_colour(STDOUT_FILENO, given.options.environment)))
            << std::flush;
  return has_failed(findings) ? 1 : 0;
}

}  // namespace

Subcommand doctor_command() {
  return {
      .name = "doctor",
      .summary = "Check what jobs die of, and say what to do about it",
      .about =
          {"Each check has a verdict: ok; warn, for what other jobs die of; FAIL, for what this one would "
           "die of; skip, for what cannot be checked or is not needed. Without a job it examines the "
           "image. No program of the job is started, and nothing is fetched or changed."},
      .options = {{.name = "--json", .help = "As JSON, for a program to read"}},
      .settings = SettingsOf::job,
      .takes_arguments = true,
      .examples = {{.command = "sm-train doctor --base-path ./opt_ml", .what = "a job laid out by hand"},
                   {.command = "docker run IMAGE doctor", .what = "an image"}},
      .exit_codes = "0; 1 where a check failed; 64 where the command line cannot be understood.",
      .run = run};
}

}  // namespace sm_train
