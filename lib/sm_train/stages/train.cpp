#include "sm_train/stages/train.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "sm_train/background/metrics.hpp"
#include "sm_train/contract/command_line.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/plan.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/contract/secrets.hpp"
#include "sm_train/contract/summary.hpp"
#include "sm_train/contract/timings.hpp"
#include "sm_train/distributed/host_names.hpp"
#include "sm_train/distributed/tf_config.hpp"
#include "sm_train/python/interpreter.hpp"
#include "sm_train/python/package.hpp"
#include "sm_train/stages/call_train_fn.hpp"
#include "sm_train/stages/channel_args.hpp"
#include "sm_train/stages/code_layout.hpp"
#include "sm_train/stages/engine.hpp"
#include "sm_train/stages/fault.hpp"
#include "sm_train/stages/fetch.hpp"
#include "sm_train/stages/install.hpp"
#include "sm_train/stages/intermediate.hpp"
#include "sm_train/stages/large_variables.hpp"
#include "sm_train/stages/launch.hpp"
#include "sm_train/stages/load.hpp"
#include "sm_train/stages/mpi.hpp"
#include "sm_train/stages/package_index.hpp"
#include "sm_train/stages/phase_clock.hpp"
#include "sm_train/stages/report.hpp"
#include "sm_train/stages/scratch.hpp"
#include "sm_train/stages/torchrun.hpp"
#include "sm_train/system/json.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/machine.hpp"
#include "sm_train/system/process_env.hpp"
#include "sm_train/system/tree_size.hpp"

namespace sm_train {

namespace {

constexpr const char* handover_file = "handover";

/// What a fault is reported with, as far as it is known by then.
struct Reporting {
  Secrets secrets;
  std::optional<ReservedRoom> room;  ///< once the report is prepared: what lies there later is the program's
};

/// What goes on beside the program.
struct Background {
  std::unique_ptr<Metrics> metrics;
  std::unique_ptr<IntermediateOutput> intermediate;
};

/// A job, as everything after its loading needs it.
struct LoadedJob {
  const Options& options;
  Signals& signals;
  PhaseClock& clock;
  Reporting& reporting;
  Job job;
  Machine machine;
  bool has_train_fn = false;  ///< a framework's function in C++ runs in the program's place
};

/// What a program is started with, for as long as it runs.
struct ReadyProgram {
  std::optional<TempDir> room_for_code;
  Paths paths;
  Environment environment;
  Environment of_engine;    ///< the same, as the engine is to see it
  std::string code_source;  ///< for people
  CodeLayout code;
  PreparedInstallation installation;
  std::optional<TempDir> python_package;
  Engine engine;
  Plan plan;
  std::optional<TempDir> large_variables;
};

LoadedJob load_job(const Options& options, Signals& signals, PhaseClock& clock, Reporting& reporting) {
  clock.begin("load");
  const Interrupt interrupt =
      signals.interrupt_of("while looking at the machine, before the program was started");
  return {.options = options,
          .signals = signals,
          .clock = clock,
          .reporting = reporting,
          .job = load(options),
          .machine = inspect(options.environment, interrupt)};
}

/// Where the code is, or is going to be, and the environment that says so.
ReadyProgram place_code(const LoadedJob& job, bool is_fetched) {
  ReadyProgram placed;
  placed.paths = job.options.paths;
  if (is_fetched)
    placed.room_for_code =
        make_room_for_code(placed.paths.code(), job.options.environment, placed.paths.root);
  if (placed.room_for_code) placed.paths.code_elsewhere = placed.room_for_code->path() / "code";
  placed.environment = create_environment(job.job, job.machine, placed.paths);
  placed.of_engine = with_distribution(placed.environment, job.job.distribution);
  return placed;
}

/// Gives where the code came from, for people.
std::string fetch(const LoadedJob& job, const std::string& source, const std::filesystem::path& code) {
  FetchOptions fetch_options = job.options.fetch;
  fetch_options.s3.env = job.options.environment;
  const auto size =
      fetch_code(os_bytes(source, "The submit directory"), code, fetch_options,
                 job.signals.interrupt_of("while fetching the code, before the program was started"));
  return size ? fmt::format("{} ({})", source, tree_size_text(*size)) : code.native() + " as it was";
}

/// Of a framework's program that wants the steps before it done, and is then to be started again.
std::vector<std::string> framework_command(const EnvVars& env) {
  constexpr const char* name = "SM_TRAIN_FRAMEWORK_COMMAND";
  const std::string text = env_var(env, name);
  std::vector<std::string> argv;
  if (text.empty()) return argv;
  const Value command = parse_json(text, name);
  for (const Value& word : command.list() ? *command.list() : List())
    if (word.text()) argv.push_back(os_bytes(*word.text(), name));
  if (!argv.empty()) return argv;
  throw Error({.cause = Cause::bad_config,
               .what = fmt::format("{} is \"{}\", expected a command as a JSON list of texts.", name, text),
               .remedy = "Leave it to the library's Training to set it."});
}

Plan plan_job(const ReadyProgram& ready, const Interpreter& python, const Options& options,
              const std::vector<std::string>& framework_command) {
  require_passable(ready.environment, options.arguments, exec_limits());
  return make_plan({.environment = ready.environment,
                    .code = ready.code,
                    .python = python,
                    .process_env = options.environment,
                    .arguments = program_arguments(ready.environment, ready.code, options),
                    .framework_command = framework_command});
}

PreparedInstallation prepare(const Plan& plan, const CodeLayout& code, const Interpreter& python,
                             const LoadedJob& job) {
  if (plan.kind == EntryPointKind::framework) return {};  // it installs the code itself
  const InstallOptions options = with_requirements_of(job.job.hyperparameters.settings, job.options.install);
  return prepare_installation(
      plan.kind, code, python, options, job.options.environment, job.options.paths.root,
      job.signals.interrupt_of("while looking at the interpreter, before the program was started"));
}

void install_code(const Plan& plan, const PreparedInstallation& prepared, const Options& options,
                  Signals& signals) {
  if (plan.install.empty()) return;
  const PackageIndex index = find_package_index(
      options.environment, prepared.prefix ? prepared.prefix->path() : temporary_directory(),
      signals.interrupt_of("while asking CodeArtifact for its index, before the program was started"));
  const auto steps = with_index(plan.install, index);
  keep_out_of_log(Secrets(steps.front().command.env));
  install(steps, signals, options.install.timeout);
}

void wait_for_hosts(const LoadedJob& job, const ReadyProgram& ready) {
  const auto& hosts =
      ready.engine.distribution == Distribution::none ? ready.environment.hosts : ready.engine.cluster.hosts;
  if (hosts.size() < 2 || is_studio_local_mode(job.options.environment)) return;
  job.clock.begin("hosts");
  wait_for_names(hosts, job.options.hosts_timeout,
                 job.signals.interrupt_of(
                     "while waiting for the hosts' names to resolve, before the program was started"));
}

void say_what_starts(const Environment& environment, const std::string& code, const Command& program,
                     const Timings& timings, const Secrets& secrets) {
  if (environment.log_level <= static_cast<int>(LogLevel::debug))
    for (const std::string& variable : shown_variables(program.env, secrets)) log(LogLevel::debug, variable);
  // The hyperparameters may hold secrets too.
  keep_out_of_log(secrets);
  for (const std::string& line : summary({.environment = environment,
                                 .code = code,
                                 .program = program,
                                 .timings = timings,
                                 .secrets = secrets}))
    log(LogLevel::info, line);
}

/// For programs in Python. Only those that need it for their own start cannot do without.
std::optional<TempDir> make_python_package(const LoadedJob& job, EntryPointKind kind) try {
  auto package = make_scratch("sm-train-python-", job.options.environment, job.options.paths.root);
  if (!package)
    throw Error({.cause = Cause::cannot_create,
                 .what = "No directory can be written for sm-train's Python package: neither that of TMPDIR, "
                         "nor the usual ones, nor the base path.",
                 .remedy = "Set TMPDIR to a directory that can be written."});
  write_python_package(package->path());
  return package;
} catch (const Error& error) {
  if (needs_python_package(kind)) throw;
  log(LogLevel::warning, fmt::format("programs do not find sagemaker_containers: {}", error.failure().what));
  return std::nullopt;
}

/// A framework's own function decides itself what starts the user's program.
Engine choose_engine(const LoadedJob& job, const Environment& environment, EntryPointKind kind,
                     const std::vector<std::string>& framework_command) {
  if (job.has_train_fn || kind == EntryPointKind::framework || !framework_command.empty()) return {};
  return choose_engine(environment, job.options.distribution);
}

/// Fetches, plans and installs. `framework_command` runs in the place of the user's program; without one, and
/// where the job names a framework's function, that one runs, before the user's code is fetched.
ReadyProgram make_ready(const LoadedJob& job, const std::vector<std::string>& framework_command) {
  const bool is_function_of_framework =
      runs_framework(job.job.platform.framework_module) && framework_command.empty();
  const auto& source = job.job.hyperparameters.settings.submit_directory;
  const bool is_fetched = source && !is_function_of_framework;
  ReadyProgram ready = place_code(job, is_fetched);
  set_log_level(ready.environment.log_level);

  job.clock.begin("fetch");
  const std::filesystem::path code = ready.paths.code();
  ready.code_source = is_fetched ? fetch(job, *source, code) : code.native() + " as it was";
  const std::string program = os_bytes(ready.environment.user_entry_point, "The program's name");
  ready.code = list_code(code, program);

  job.clock.begin("plan");
  const Interpreter python = find_python(job.options.python, job.options.environment);
  Plan plan = plan_job(ready, python, job.options, framework_command);
  ready.engine = choose_engine(job, ready.of_engine, plan.kind, framework_command);
  ready.installation = prepare(plan, ready.code, python, job);
  plan = with_installation(std::move(plan), ready.installation.plan);
  ready.python_package = make_python_package(job, plan.kind);
  if (ready.python_package) plan = with_python_package(std::move(plan), ready.python_package->path());
  if (const auto config = tf_config(ready.environment)) plan.program.env.try_emplace("TF_CONFIG", *config);

  job.clock.begin("install");
  install_code(plan, ready.installation, job.options, job.signals);
  wait_for_hosts(job, ready);
  if (ready.engine.distribution != Distribution::none)
    ready.engine.cluster.network_interface = find_network_interface(ready.environment);
  if (is_command(plan.kind)) make_executable(ready.code, program);
  plan.program = engine_command(ready.engine, ready.of_engine, plan.program, plan.kind);
  ready.large_variables = move_large_variables(plan.program, exec_limits());
  ready.plan = std::move(plan);
  job.reporting.secrets = Secrets(ready.plan.program.env, ready.environment.hyperparameters);
  say_what_starts(ready.environment, ready.code_source, ready.plan.program, job.clock.timings(),
                  job.reporting.secrets);
  job.signals.interrupt_of("before the program was started").check();
  return ready;
}

Outcome run_mpi(ReadyProgram& ready, const LoadedJob& job) {
  const Command program = program_of_ranks(ready.plan.program, job.options.environment);
  const MpiJob mpi = {.engine = ready.engine,
                      .environment = ready.of_engine,
                      .kind = ready.plan.kind,
                      .program = program,
                      .options = job.options};
  if (!ready.engine.cluster.is_master()) return run_mpi_worker(mpi, job.signals);
  return run_mpi_master(mpi, ready.plan.program, job.signals);
}

Outcome run(const TrainFn& train_fn, ReadyProgram& ready, const LoadedJob& job) {
  job.clock.begin("program");
  if (is_mpi(ready.engine)) return run_mpi(ready, job);
  if (ready.engine.distribution == Distribution::torchrun)
    return run_torchrun(ready.plan.program, ready.environment.current_host, job.options, job.signals);
  const LaunchOptions options = {.grace = job.options.grace_period};
  if (!train_fn) return launch(ready.plan.program, job.signals, options);
  TrainFnEnd end =
      call_train_fn(train_fn, ready.plan.program, ready.environment, ready.code, job.signals, options);
  if (!end.ran_a_command) ready.plan.program.argv.clear();  // the report does not tell of what never ran
  return std::move(end.outcome);
}

/// A framework's function that trains by the library's own Training hands over to us: the user's code is to
/// be fetched and installed, and then it is to be started once more.
bool was_handed_over(const ReadyProgram& ready) {
  std::error_code ignored;
  return ready.python_package &&
         std::filesystem::exists(ready.python_package->path() / handover_file, ignored);
}

void start(Background& background, const LoadedJob& job) {
  const Settings& settings = job.job.hyperparameters.settings;
  const Environment environment = create_environment(job.job, job.machine, job.options.paths);
  set_log_level(environment.log_level);
  if (settings.cloudwatch_metrics) background.metrics = start_metrics(environment, job.options.metrics);
  background.intermediate =
      start_intermediate_output(settings.s3_output, environment, job.options.environment);
}

int run_job(const TrainFn& train_fn, const Options& options, Signals& signals, PhaseClock& clock,
            Reporting& reporting, Background& background) {
  require_job(options.paths);
  reporting.room = prepare_report(options.paths);
  LoadedJob job = load_job(options, signals, clock, reporting);
  job.has_train_fn = static_cast<bool>(train_fn);
  if (job.has_train_fn) job.job.platform.framework_module.reset();  // one function is in the program's place

  start(background, job);
  ReadyProgram ready = make_ready(job, framework_command(options.environment));
  if (ready.plan.kind == EntryPointKind::framework && ready.python_package)
    ready.plan.program.env["SM_TRAIN_HANDOVER"] = ready.python_package->path() / handover_file;
  Outcome outcome = run(train_fn, ready, job);
  if (was_handed_over(ready) && succeeded(outcome)) {
    log(LogLevel::info, "the framework's function asks for the user's code, and is started again with it");
    ready = make_ready(job, ready.plan.program.argv);
    outcome = run(train_fn, ready, job);
  }
  clock.begin("report");
  return report(outcome, ready.plan.program, options.paths, clues_of(ready.environment, options.arguments),
                *std::move(reporting.room));
}

int report_fault(const Failure& failure, const Paths& paths, Reporting reporting) {
  log(LogLevel::error, Error(failure).what());
  const auto existing = reporting.room ? ExistingReport::of_program : ExistingReport::stale;
  reporting.room.reset();
  return report(failure, paths, reporting.secrets, existing);
}

int run_and_report(const TrainFn& train_fn, const Options& options, Signals& signals, PhaseClock& clock) {
  Reporting reporting = {.secrets = Secrets(options.environment), .room = std::nullopt};
  Background background;
  int code = 0;
  try {
    code = run_job(train_fn, options, signals, clock, reporting, background);
  } catch (const std::exception& error) {
    code = report_fault(fault_of(error), options.paths, std::move(reporting));
  }
  if (background.intermediate) {
    clock.begin("flush");
    flush(*background.intermediate, signals, options.flush_timeout, options.grace_period);
  }
  return code;
}

}  // namespace

int train(const Options& options, Signals& signals, const TrainFn& train_fn) {
  keep_out_of_log(Secrets(options.environment));
  constexpr int info = static_cast<int>(LogLevel::info);
  set_log_level(options.log_level ? log_level_number(*options.log_level).value_or(info) : info);
  PhaseClock clock;
  const int code = run_and_report(train_fn, options, signals, clock);
  log(LogLevel::info, "timings " + timings_json(clock.timings()));
  return code;
}

}  // namespace sm_train
