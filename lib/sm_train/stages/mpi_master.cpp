#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/failure_report/failure_text.hpp"
#include "sm_train/contract/list_some.hpp"
#include "sm_train/contract/secrets.hpp"
#include "sm_train/contract/signal_name.hpp"
#include "sm_train/distributed/host_names.hpp"
#include "sm_train/distributed/mpi_ranks.hpp"
#include "sm_train/distributed/rank_end.hpp"
#include "sm_train/distributed/rank_start.hpp"
#include "sm_train/distributed/rank_tags.hpp"
#include "sm_train/distributed/worker_hosts.hpp"
#include "sm_train/python/interpreter.hpp"
#include "sm_train/stages/launch.hpp"
#include "sm_train/stages/mpi.hpp"
#include "sm_train/stages/mpi_files.hpp"
#include "sm_train/stages/scratch.hpp"
#include "sm_train/system/event.hpp"
#include "sm_train/system/executable.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/process_env.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

constexpr const char* step = "while waiting for the other hosts, before the program was started";
constexpr const char* key_name = "key";

constexpr std::chrono::seconds time_to_end_here = std::chrono::seconds(5);

std::vector<std::string> others(const Cluster& cluster) {
  std::vector<std::string> hosts;
  for (const std::string& host : cluster.hosts)
    if (host != cluster.master) hosts.push_back(host);
  return hosts;
}

TempDir make_directory(const Options& options) {
  auto made = make_scratch("sm-train-mpi-", options.environment, options.paths.root);
  if (made) return *std::move(made);
  throw Error({.cause = Cause::cannot_create,
               .what = "No directory can be written for what the hosts of an MPI job share: neither that of "
                       "TMPDIR, nor the usual ones, nor the base path.",
               .remedy = "Set TMPDIR to a directory that can be written, on all hosts."});
}

void require_tools(const Engine& engine, const EnvVars& env) {
  const auto require = [&](const char* name, const char* remedy) {
    if (!find_executable(name, env))
      throw Error({.cause = Cause::not_found,
                   .what = fmt::format("{} is not on PATH, and is to start the ranks of the job.", name),
                   .remedy = remedy});
  };
  require("mpirun", "Install Open MPI in the image (Debian and Ubuntu: openmpi-bin), or turn MPI off.");
  if (engine.distribution == Distribution::smddp)
    require("smddprun", "Use an image with SageMaker's data parallel library, or turn it off.");
}

/// A host alone may have a name that nobody can look up, as in a container of one's own. mpirun would search
/// it elsewhere.
Engine with_reachable_host(Engine engine) {
  std::vector<std::string>& hosts = engine.cluster.hosts;
  if (hosts.size() == 1 && !resolves(hosts.front())) hosts = {"localhost"};
  return engine;
}

/// What mpirun starts each rank by. It gives the rank the variables of its own host.
fs::path find_rank_starter(const Options& options) {
  if (!options.own_program.empty()) return options.own_program;
  if (const auto found = find_executable("sm-train", options.environment)) return *found;
  log(LogLevel::warning,
      "sm-train is not on PATH: on other hosts the ranks find the variables of the master, such as "
      "SM_CURRENT_HOST");
  return {};
}

/// Without it an exception in one rank would leave the others waiting for that one.
/// Source: https://mpi4py.readthedocs.io/en/stable/mpi4py.run.html
std::vector<std::string> python_prefix(const MpiJob& job, const Interrupt& interrupt) {
  if (!is_python_script(job.kind) ||
      !has_module(job.program.argv.front(), "mpi4py", job.program.env, interrupt))
    return {};
  return {"-m", "mpi4py"};
}

Command mpirun_with_variables(Command command, const fs::path& starter, const fs::path& ssh_config) {
  const auto set = [&](const char* parameter, const std::string& value) {
    // Open MPI 5 has its launcher's parameters under another prefix.
    command.env.emplace(std::string("OMPI_MCA_") + parameter, value);
  };
  if (!starter.empty()) {
    set("orte_fork_agent", fmt::format("{} {}", starter.native(), mpi_rank_command));
    command.env.emplace("PRTE_MCA_prte_fork_agent", fmt::format("{} {}", starter.native(), mpi_rank_command));
  }
  if (!ssh_config.empty()) {
    set("plm_rsh_agent", "ssh -F " + ssh_config.native());
    command.env.emplace("PRTE_MCA_plm_ssh_agent", "ssh -F " + ssh_config.native());
    // Else Open MPI's daemon leaves its ssh before it has come up, and nobody learns that it has not.
    set("orte_leave_session_attached", "1");
  }
  // mpirun passes it on, and warns where there is none; an empty one is none.
  command.env.emplace("LD_LIBRARY_PATH", "");
  return command;
}

/// The first host that was lost, which ends the job.
class Losses {
 public:
  void add(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (first_.empty()) first_ = what;
    event_.set();
  }
  /// A sentence; empty where none was.
  std::string first() const {
    const std::lock_guard lock(mutex_);
    return first_;
  }
  int fd() const { return event_.fd(); }

 private:
  mutable std::mutex mutex_;
  std::string first_;
  Event event_;
};

Dict welcome_message(const fs::path& directory, const std::string& key,
                     const std::vector<std::string>& given) {
  Dict message;
  message.set("directory", directory.native());
  message.set("key", key);
  message.set("given", given);
  return message;
}

Dict started_message() {
  Dict message;
  message.set("started", true);
  return message;
}

Dict end_message(const Error& error, const Options& options) {
  Dict message;
  message.set("end", true);
  message.set("exit_code", exit_code(error.failure().cause));
  message.set("failure", failure_text(error.failure(), Secrets(options.environment)));
  return message;
}

Dict end_message(const MpiJob& job, const Outcome& outcome, const Command& started) {
  Dict message;
  message.set("end", true);
  message.set("exit_code", exit_code(outcome));
  if (!succeeded(outcome))
    message.set("failure", failure_text(outcome, started, clues_of(job.environment, job.options.arguments),
                                        Secrets(started.env, job.environment.hyperparameters)));
  return message;
}

/// The tags of mpirun's streams: of stdout, where that is one of its own, and stderr.
using Tags = std::vector<std::shared_ptr<RankTags>>;

/// mpirun's own end says less than what it tells of its ranks, and nothing where we have ended it. What
/// counts of the output is that of the rank that failed first.
void explain(Outcome& outcome, const std::string& lost, const Tags& tags, const HostOfRank& host) {
  if (succeeded(outcome)) return;
  if (!lost.empty()) {
    outcome.end = Exited{exit_code(Cause::unavailable)};
    outcome.detail = lost;
  }
  const RankTails& of_stderr = tags.back()->tails();
  const auto end = find_rank_end_of_mpirun(of_stderr.of(RankTails::of_mpirun));
  if (!end) {
    for (std::string* tail : {&outcome.stdout_tail, &outcome.stderr_tail})
      *tail = RankTags([](int) { return ""; }).rewrite(*tail, true);  // whole lines, with mpirun's own tags
    return;
  }
  if (lost.empty()) outcome.detail = described(*end, host);
  outcome.stderr_tail = of_stderr.of(end->rank);
  outcome.stdout_tail = tags.size() > 1 ? tags.front()->tails().of(end->rank) : "";
}

/// Where the job's own options map ranks in another way, who knows.
bool maps_by_slot(const Command& mpirun) {
  constexpr std::array<std::string_view, 8> others = {"map-by", "rank-by",    "rankfile", "npernode",
                                                      "bynode", "npersocket", "ppr",      "pernode"};
  int mappings = 0;
  for (const std::string& word : mpirun.argv)
    for (const std::string_view other : others)
      if (word.starts_with('-') && word.find(other) != std::string::npos) ++mappings;
  return mappings <= 1;  // ours
}

MpiOptions own_options(const MpiJob& job, const fs::path& directory, const Interrupt& interrupt) {
  MpiOptions mpi = {.program_prefix = python_prefix(job, interrupt),
                    .preload = write_gethostname_library(directory)};
  const std::string of_job = env_var(job.program.env, "LD_PRELOAD");
  if (!of_job.empty()) mpi.preload += ":" + of_job;
  if (needs_host_file(job.engine.cluster)) {
    mpi.host_file = directory / "hosts";
    write_file_atomically(mpi.host_file, host_file_text(job.engine.cluster), 0600);
  }
  return mpi;
}

/// Starts mpirun, and stays with it and with the other hosts.
Outcome launch_mpirun(const MpiJob& job, const Command& mpirun, const fs::path& rank_file,
                      WorkerHosts* workers, Signals& signals) {
  const bool is_by_slot = maps_by_slot(mpirun);
  const HostOfRank host = [&](int rank) { return is_by_slot ? host_of_rank(job.engine.cluster, rank) : ""; };
  Losses losses;
  RankEnding ending(rank_file);
  std::atomic<bool> has_ended = false;
  const auto deliver = [&](int signal) {
    if (!asks_to_end(signal)) return false;  // mpirun passes on what its ranks may have
    if (ending.tell(signal) && workers) workers->tell_all(signal_message(signal));
    return true;
  };
  const auto on_lost = [&](const std::string& name, const std::string& why) {
    if (has_ended) return;
    const std::string& master = job.engine.cluster.master;
    losses.add(why.empty() ? fmt::format("The host {} was lost: its connection to {} ended without a word.",
                                         name, master)
                           : fmt::format("The host {} failed: {}", name, why));
  };
  const auto on_signal = [&](const std::string& from, int signal) {
    log(LogLevel::info, fmt::format("{} on {} is passed on to all ranks", signal_name(signal), from));
    deliver(signal);
  };
  if (workers) {
    workers->tell_all(started_message());
    workers->watch(on_lost, on_signal);
  }
  Tags tags;
  const auto make_tags = [&]() -> RewriteOutput {
    return [made = tags.emplace_back(std::make_shared<RankTags>(host))](std::string_view bytes, bool is_end) {
      return made->rewrite(bytes, is_end);
    };
  };
  Outcome outcome = launch(mpirun, signals,
                           {.grace = job.options.grace_period,
                            .rewrite_output = make_tags,
                            .deliver = deliver,
                            .end_request = losses.fd()});
  has_ended = true;
  explain(outcome, losses.first(), tags, host);
  if (workers) workers->tell_all(end_message(job, outcome, mpirun));
  end_descendants(time_to_end_here, signals);
  return outcome;
}

}  // namespace

Outcome run_mpi_master(const MpiJob& job, Command& started, Signals& signals) {
  const Interrupt interrupt = signals.interrupt_of(step);
  require_tools(job.engine, job.program.env);
  const TempDir directory = make_directory(job.options);
  Command mpirun = mpi_command(with_reachable_host(job.engine), job.environment, job.program,
                               own_options(job, directory.path(), interrupt));
  const std::vector<std::string> given = given_by_mpirun(mpirun.argv);
  const fs::path rank_file = directory.path() / (job.environment.current_host + ".rank");
  write_rank_file(rank_file, job.program, given);

  std::optional<WorkerHosts> workers;
  fs::path ssh_config;
  try {
    if (const auto names = others(job.engine.cluster); !names.empty()) {
      const std::string key = make_ssh_key(directory.path() / key_name, job.program.env, interrupt);
      workers.emplace(names, job.options.hosts_port, job.environment.sagemaker_job_name,
                      welcome_message(directory.path(), key, given));
      log(LogLevel::info, fmt::format("waiting for {}", list_some(names)));
      ssh_config = write_ssh_config(directory.path(), key_name,
                                    workers->wait_for_all(job.options.hosts_timeout, interrupt));
    }
    started = mpirun_with_variables(std::move(mpirun), find_rank_starter(job.options), ssh_config);
    started.env[rank_file_variable] = rank_file;
    return launch_mpirun(job, started, rank_file, workers ? &*workers : nullptr, signals);
  } catch (const Error& error) {
    // The hosts that are there learn why nothing comes of it.
    if (workers) workers->tell_all(end_message(error, job.options));
    throw;
  }
}

}  // namespace sm_train
