#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/one_line.hpp"
#include "sm_train/distributed/message_link.hpp"
#include "sm_train/distributed/mpi_ranks.hpp"
#include "sm_train/distributed/rank_start.hpp"
#include "sm_train/distributed/ssh_setup.hpp"
#include "sm_train/distributed/worker_hosts.hpp"
#include "sm_train/stages/launch.hpp"
#include "sm_train/stages/mpi.hpp"
#include "sm_train/stages/mpi_files.hpp"
#include "sm_train/system/deadline.hpp"
#include "sm_train/system/event.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/process_env.hpp"
#include "sm_train/system/start_thread.hpp"
#include "sm_train/system/tcp.hpp"
#include "sm_train/system/wait.hpp"

namespace sm_train {

namespace {

using namespace std::chrono_literals;

constexpr const char* step = "while waiting for the master, before the program was started";
constexpr std::chrono::milliseconds time_to_connect = 5s;
constexpr std::chrono::milliseconds time_to_greet = 30s;
constexpr std::chrono::milliseconds time_to_listen = 30s;
constexpr std::chrono::seconds time_to_end_here = 5s;

Error unreachable(const std::string& master, std::uint16_t port, int error) {
  return Error({.cause = Cause::unavailable,
                .what = fmt::format("The master {} cannot be reached at port {}: {}.", master, port,
                                    std::generic_category().message(error)),
                .remedy = "See its log for why; --hosts-timeout sets how long to wait."});
}

Error lost(const std::string& master) {
  return Error({.cause = Cause::unavailable,
                .what = fmt::format("The master {} was lost: its connection ended without a word.", master),
                .remedy = "Its own log may tell why."});
}

Error ended(const Outcome& sshd) {
  return Error({.cause = Cause::unavailable,
                .what = fmt::format("sshd ended with {}: {}", exit_code(sshd), one_line(sshd.stderr_tail)),
                .remedy = "The master comes onto this host by it."});
}

/// The master may need longer for its code than we.
MessageLink connect_to_master(const std::string& master, const Options& options, const Interrupt& interrupt) {
  const auto end = std::chrono::steady_clock::now() + options.hosts_timeout;
  for (std::chrono::milliseconds pause = 50ms;; pause = std::min<std::chrono::milliseconds>(2 * pause, 2s)) {
    if (auto connection = connect_tcp(master, options.hosts_port, time_to_connect, interrupt))
      return MessageLink(*std::move(connection));
    const int error = errno;
    if (std::chrono::steady_clock::now() + pause >= end) throw unreachable(master, options.hosts_port, error);
    wait_for(pause, interrupt);
  }
}

Dict hello(const Environment& environment) {
  Dict message;
  message.set("host", environment.current_host);
  message.set("job", environment.sagemaker_job_name);
  return message;
}

Dict welcome_by(MessageLink& master, const std::string& name, const Interrupt& interrupt) {
  const auto welcome = master.wait_for_message(with_deadline(interrupt, time_to_greet, lost(name).failure()));
  if (!welcome) throw lost(name);
  if (const std::string why = text_in(*welcome, "refused"); !why.empty())
    throw Error({.cause = Cause::bad_config,
                 .what = fmt::format("The master {} does not take this host: {}", name, one_line(why)),
                 .remedy = "Correct resourceconfig.json on the one or the other."});
  return *welcome;
}

/// What sshd gives to Open MPI's daemon here, which the ranks are started by.
EnvVars session_variables(const Command& program, const std::filesystem::path& rank_file) {
  EnvVars variables = {{rank_file_variable, rank_file.native()}};
  for (const char* name : {"PATH", "LD_LIBRARY_PATH", "TMPDIR"})
    if (const std::string value = env_var(program.env, name); !value.empty()) variables[name] = value;
  return variables;
}

/// What the master says while its ranks run here.
class MasterWatch {
 public:
  MasterWatch(MessageLink& master, RankEnding& ending, std::uint16_t ssh_port, std::string host_key)
      : master_(master), ending_(ending), ssh_port_(ssh_port), host_key_(std::move(host_key)) {
    thread_ = start_thread([this] { run(); });
  }
  MasterWatch(const MasterWatch&) = delete;
  MasterWatch& operator=(const MasterWatch&) = delete;
  MasterWatch(MasterWatch&&) = delete;
  MasterWatch& operator=(MasterWatch&&) = delete;
  ~MasterWatch() { finish(); }

  int fd_of_end() const { return end_.fd(); }

  /// Its ranks may run here.
  bool has_started() const { return has_started_; }

  /// What runs here is wanted no longer.
  void give_up() { end_.set(); }

  /// Once the launch is over.
  void finish() {
    stop_.set();
    if (thread_.joinable()) thread_.join();
  }

  // After finish().

  /// How the job ended; nothing where the master has not said it.
  const std::optional<Dict>& end_message() const { return end_message_; }
  /// It has said it, or is lost.
  bool is_over() const { return is_over_; }

 private:
  void run() try {
    say_when_ready();
    while (const auto message = master_.wait_for_message(stop_.interrupt())) {
      if (const int signal = number_in(*message, "signal"); signal > 0) ending_.tell(signal);
      if (message->find("started") != nullptr) has_started_ = true;
      if (message->find("end") == nullptr) continue;
      end_message_ = *message;
      break;
    }
    is_over_ = true;
    end_.set();
  } catch (const Stopped&) {
    // Nothing is wanted of it any more.
  }

  /// sshd needs a moment, and tells nobody when it listens.
  void say_when_ready() {
    const auto last = std::chrono::steady_clock::now() + time_to_listen;
    // IPv4 comes to a server of both too.
    while (!connect_tcp("127.0.0.1", ssh_port_, 1s, stop_.interrupt())) {
      if (std::chrono::steady_clock::now() >= last) return give_up();
      wait_for(5ms, stop_.interrupt());
    }
    Dict ready;
    ready.set("port", static_cast<int>(ssh_port_));
    ready.set("host_key", host_key_);
    master_.send(ready);
  }

  MessageLink& master_;
  RankEnding& ending_;
  std::uint16_t ssh_port_;
  std::string host_key_;
  StopFlag stop_;
  Event end_;
  std::optional<Dict> end_message_;
  bool is_over_ = false;
  std::atomic<bool> has_started_ = false;
  std::thread thread_;
};

Outcome outcome_of(const Dict& end) {
  return {.end = Exited{number_in(end, "exit_code")},
          .stdout_tail = "",
          .stderr_tail = "",
          .report = text_in(end, "failure")};
}

Outcome serve_master(const MpiJob& job, MessageLink& master, const Dict& welcome, const Interrupt& interrupt,
                     Signals& signals) {
  const std::string& name = job.engine.cluster.master;
  const SharedDirectory directory(text_in(welcome, "directory"));
  write_gethostname_library(directory.path());
  const std::string& host = job.environment.current_host;
  const auto rank_file = directory.path() / (host + ".rank");
  write_rank_file(rank_file, job.program, texts_in(welcome, "given"));
  const auto key_file = directory.path() / (host + ".host_key");
  std::error_code ignored;
  std::filesystem::remove(key_file, ignored);  // of one of us that was killed here, and comes again
  const std::string host_key = make_ssh_key(key_file, job.program.env, interrupt);
  const std::uint16_t port = port_of(listen_tcp(0));
  const Command sshd = ssh_server_command({.directory = directory.path(),
                                           .name = host,
                                           .port = port,
                                           .authorized_key = text_in(welcome, "key"),
                                           .session = session_variables(job.program, rank_file)},
                                          job.program.env);
  RankEnding ending(rank_file);
  MasterWatch watch(master, ending, port, host_key);
  const auto deliver = [&](int signal) {
    if (!asks_to_end(signal)) {
      signal_ranks_here(signal);
      return true;
    }
    if (ending.tell(signal)) master.send(signal_message(signal));
    if (!watch.has_started()) watch.give_up();
    return true;
  };
  const Outcome of_sshd = launch(sshd, signals,
                                 {.name = "what the master runs here",
                                  .grace = job.options.grace_period,
                                  .deliver = deliver,
                                  .end_request = watch.fd_of_end()});
  watch.finish();
  end_descendants(time_to_end_here, signals);
  if (of_sshd.told_to_end && !watch.has_started()) throw_if_ending(*of_sshd.told_to_end, step);
  if (!watch.end_message() && !of_sshd.told_to_end) throw watch.is_over() ? lost(name) : ended(of_sshd);
  Outcome outcome = watch.end_message() ? outcome_of(*watch.end_message()) : of_sshd;
  outcome.told_to_end = of_sshd.told_to_end;
  return outcome;
}

}  // namespace

Outcome run_mpi_worker(const MpiJob& job, Signals& signals) {
  const Interrupt interrupt = signals.interrupt_of(step);
  const std::string& name = job.engine.cluster.master;
  log(LogLevel::info, fmt::format("waiting for {}, which starts the program's ranks", name));
  MessageLink master = connect_to_master(name, job.options, interrupt);
  master.send(hello(job.environment));
  const Dict welcome = welcome_by(master, name, interrupt);
  try {
    return serve_master(job, master, welcome, interrupt, signals);
  } catch (const Error& error) {
    Dict message;
    message.set("failure", error.failure().what);
    master.send(message);
    throw;
  }
}

}  // namespace sm_train
