#include "sm_train/stages/plan_job.hpp"

#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/entry_point.hpp"
#include "sm_train/contract/environment.hpp"
#include "sm_train/contract/exec_limits.hpp"
#include "sm_train/contract/one_line.hpp"
#include "sm_train/contract/plan.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/distributed/tf_config.hpp"
#include "sm_train/python/interpreter.hpp"
#include "sm_train/stages/channel_args.hpp"
#include "sm_train/stages/engine.hpp"
#include "sm_train/stages/foreseen_code.hpp"
#include "sm_train/stages/host_plans.hpp"
#include "sm_train/stages/install.hpp"
#include "sm_train/stages/large_variables.hpp"
#include "sm_train/stages/load.hpp"
#include "sm_train/stages/mpi.hpp"
#include "sm_train/stages/requirements.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/machine.hpp"
#include "sm_train/system/process_env.hpp"

namespace sm_train {

namespace {

/// The job, and what this machine and the code that lies here tell of it.
struct KnownJob {
  const Options& options;
  Job job;
  Machine machine;
  Environment environment;
  ForeseenCode code;
  Interpreter python;
};

KnownJob look_at_job(const Options& options, const std::optional<std::string>& host,
                     const Interrupt& interrupt) {
  require_job(options.paths);
  Job job = load(options);
  if (host) job = seen_from(std::move(job), *host);
  const Machine machine = inspect(options.environment, interrupt);
  Environment environment = create_environment(job, machine, options.paths);
  set_log_level(environment.log_level);
  require_passable(environment, options.arguments, exec_limits());
  ForeseenCode code = foresee_code(job, environment, options);
  return {.options = options,
          .job = std::move(job),
          .machine = machine,
          .environment = std::move(environment),
          .code = std::move(code),
          .python = find_python(options.python, options.environment)};
}

/// Code that is not there yet is read where it lies.
std::vector<std::string> foreseen_arguments(const KnownJob& job) {
  CodeLayout lying = job.code.layout;
  if (!job.code.trees.empty()) lying.directory = job.code.trees.front().native();
  return program_arguments(job.environment, lying, job.options);
}

SourcePlan plan_source(const KnownJob& job) {
  const auto& source = job.job.hyperparameters.settings.submit_directory;
  return {.origin = job.code.origin,
          .source = source ? os_bytes(*source, "The submit directory") : "",
          .directory = job.code.layout.directory,
          .existing_code = job.options.fetch.existing_code};
}

/// Of code that cannot be looked at.
std::string install_rule(const std::string& program, const InstallOptions& options) {
  if (options.installer == InstallerChoice::none) return "nothing, as the installer is none";
  std::string rule =
      options.requirements.empty() ? usual_requirements : plain_or_quoted(options.requirements);
  // Beside a shell script a package is none.
  if (!program.ends_with(".sh")) rule += " and a package";
  rule += ", where the code has " + std::string(program.ends_with(".sh") ? "it" : "them");
  if (options.installer == InstallerChoice::pip) return rule + ", by pip";
  return rule + (options.installer == InstallerChoice::uv ? ", by uv" : ", by uv or pip");
}

void add_index_note(InstallPlan& plan, const EnvVars& env) {
  const std::string repository = env_var(env, "CA_REPOSITORY_ARN");
  if (repository.empty() || (plan.steps.empty() && plan.rule.empty())) return;
  plan.notes.push_back("the package index is the CodeArtifact repository " + repository);
}

/// `found` is what installing adds to the program's variables.
InstallPlan plan_install(const KnownJob& job, EntryPointKind kind, Installation& found,
                         const Interrupt& interrupt) {
  if (kind == EntryPointKind::framework)
    return {.steps = {},
            .notes = {"the framework's function has the user's code fetched and installed itself"},
            .rule = ""};
  const InstallOptions options = with_requirements_of(job.job.hyperparameters.settings, job.options.install);
  InstallPlan plan;
  if (job.code.trees.empty()) {
    plan.rule = install_rule(job.environment.user_entry_point, options);
  } else {
    found = foresee_installation(kind, job.code.layout, job.code.trees, job.python, options,
                                 job.options.environment, interrupt);
    plan.steps = found.steps;
    plan.notes = found.notes;
  }
  add_index_note(plan, job.options.environment);
  return plan;
}

/// As it is started on this host, with names in angle brackets for what is made when it runs.
Command with_variables_of_job(const KnownJob& job, Plan plan) {
  plan = with_python_package(std::move(plan), "<sagemaker_containers>");
  Command program = std::move(plan.program);
  if (const auto config = tf_config(job.environment)) program.env.try_emplace("TF_CONFIG", *config);
  if (plan.kind != EntryPointKind::framework) {
    const Environment environment = with_distribution(job.environment, job.job.distribution);
    const Engine engine = choose_engine(environment, job.options.distribution);
    program.env = is_mpi(engine) ? program_of_ranks(program, job.options.environment).env
                                 : engine_command(engine, environment, program, plan.kind).env;
  }
  for (const std::string& name : find_variables_to_move(program, exec_limits())) {
    program.env.erase(name);
    program.env[name + "_FILE"] = fmt::format("<file of {}>", name);
  }
  return program;
}

/// Those that sm-train sets, though the shell around it may have them already, and those it changes.
EnvVars variables_set_in(const EnvVars& env, const EnvVars& inherited, const EnvVars& added) {
  EnvVars variables;
  for (const auto& [name, value] : env) {
    const auto own = inherited.find(name);
    if (added.contains(name) || own == inherited.end() || own->second != value) variables[name] = value;
  }
  return variables;
}

}  // namespace

PlannedJob plan_job(const Options& options, const std::optional<std::string>& host,
                    const Interrupt& interrupt) {
  const KnownJob job = look_at_job(options, host, interrupt);
  const PlanInput input = {.environment = job.environment,
                           .code = job.code.layout,
                           .python = job.python,
                           .process_env = options.environment,
                           .arguments = foreseen_arguments(job)};
  const Plan program = make_plan(input);
  JobPlan plan = plan_hosts({.job = job.job,
                             .machine = job.machine,
                             .paths = options.paths,
                             .program = program,
                             .wanted = options.distribution,
                             .host = host});
  Installation installation;
  plan.configs = job.job.files;
  plan.source = plan_source(job);
  plan.install = plan_install(job, program.kind, installation, interrupt);
  const Command started = with_variables_of_job(job, with_installation(program, installation));
  plan.program = {.host = job.environment.current_host,
                  .argv = started.argv,
                  .cwd = started.cwd,
                  .variables = variables_set_in(started.env, options.environment, added_env(input))};
  if (!job.code.note.empty()) plan.notes.push_back(job.code.note);
  return {.plan = std::move(plan), .secrets = Secrets(started.env, job.environment.hyperparameters)};
}

}  // namespace sm_train
