#include "commands/env.hpp"

#include <string>

#include <fmt/format.h>

#include "print.hpp"
#include "sm_train/contract/env_text.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/stages/job_variables.hpp"

namespace sm_train {

namespace {

EnvFormat format_of(const std::string& name) {
  if (name == "shell") return EnvFormat::shell;
  if (name == "json") return EnvFormat::json;
  if (name == "dotenv") return EnvFormat::dotenv;
  throw Error({.cause = Cause::usage,
               .what = fmt::format("--format is \"{}\".", name),
               .remedy = "It can be shell, json or dotenv."});
}

int run(Given given, Signals& signals) {
  const EnvFormat format = format_of(given.text("--format").value_or("shell"));
  const EnvVars variables =
      job_variables(given.options, signals.interrupt_of("while looking at the machine"));
  print(env_text(variables, format));
  return 0;
}

}  // namespace

Subcommand env_command() {
  return {
      .name = "env",
      .summary = "Print the variables of the job's program, for a shell",
      .about = {"For a shell or a notebook that is to see what the program sees. The job need not name a "
                "program, nor its code be there. Nothing is changed.",
                "Values are not masked, secrets neither. A fault leaves nothing on standard output."},
      .options = {{.name = "--format",
                   .value_name = "shell|json|dotenv",
                   .help = "Lines for a shell to evaluate, the default; one JSON object; a .env file"}},
      .settings = SettingsOf::job,
      .takes_arguments = true,
      .examples = {{.command = "eval \"$(sm-train env --base-path ./opt_ml)\"", .what = "in any POSIX shell"},
                   {.command = "sm-train env --base-path ./opt_ml --format dotenv > job.env",
                    .what = "for python-dotenv, Docker Compose and Node"}},
      .run = run};
}

}  // namespace sm_train
