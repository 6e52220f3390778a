#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/value.hpp"
#include "sm_train/distributed/message_link.hpp"
#include "sm_train/distributed/ssh_setup.hpp"
#include "sm_train/system/event.hpp"
#include "sm_train/system/interrupt.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

/// {"signal": 15}
Dict signal_message(int signal);

/// The other hosts of a job, as the master sees them: each connects to it and stays connected while the job
/// runs, so that either side knows when the other has ended, or has gone.
///
///   worker -> master  {"host": "algo-2", "job": "..."}          who it is
///   master -> worker  the welcome, or {"refused": "why"}
///   worker -> master  {"port": 2222, "host_key": "ssh-..."}     its sshd listens; or {"failure": "why"}
///   master -> worker  {"started": true}                         mpirun is about to come
///   both              {"signal": 15}                            which the ranks are to get
///   master -> worker  {"end": true, "exit_code": 7, "failure": "..."}
class WorkerHosts {
 public:
  /// Listens on `port`. Throws Error{unavailable} where it is taken.
  WorkerHosts(const std::vector<std::string>& names, std::uint16_t port, std::string job, Dict welcome);
  WorkerHosts(const WorkerHosts&) = delete;
  WorkerHosts& operator=(const WorkerHosts&) = delete;
  WorkerHosts(WorkerHosts&&) = delete;
  WorkerHosts& operator=(WorkerHosts&&) = delete;
  ~WorkerHosts();

  /// Until all are there and their sshd listens. Throws Error{unavailable} that names those which are missing
  /// after `limit`, or cannot take part, and what interrupt.check throws.
  std::vector<SshHost> wait_for_all(std::chrono::milliseconds limit, const Interrupt& interrupt);

  /// On a thread of its own: tells of each host that is gone, and why if it has said it, and of each signal
  /// that one has got.
  void watch(std::function<void(const std::string& host, const std::string& why)> on_lost,
             std::function<void(const std::string& host, int signal)> on_signal);

  void tell_all(const Dict& message) const;

 private:
  struct Worker {
    std::string name;
    std::optional<MessageLink> link;  ///< once it is there
    SshHost ssh;                      ///< port 0 until its sshd listens
  };

  bool are_all_ready() const;
  Error missing_hosts(std::chrono::milliseconds limit) const;
  void take_new_connections();
  void hear_newcomers();
  void greet(MessageLink newcomer, const Dict& message);
  void hear_workers();
  void hear(Worker& worker, const Dict& message) const;
  void run_watch(const std::function<void(const std::string& host, const std::string& why)>& on_lost,
                 const std::function<void(const std::string& host, int signal)>& on_signal);

  UniqueFd listener_;
  std::string job_;
  Dict welcome_;
  std::vector<Worker> workers_;
  std::vector<MessageLink> newcomers_;  ///< who have not said yet who they are
  int refusals_ = 0;
  Event stop_;
  std::thread thread_;
};

}  // namespace sm_train
