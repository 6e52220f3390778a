#include "sm_train/distributed/worker_hosts.hpp"

#include <algorithm>
#include <poll.h>
#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/list_some.hpp"
#include "sm_train/contract/one_line.hpp"
#include "sm_train/contract/unicode.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/signals.hpp"
#include "sm_train/system/start_thread.hpp"
#include "sm_train/system/tcp.hpp"

namespace sm_train {

namespace {

constexpr std::size_t most_strangers = 64;
constexpr int most_refusals_told = 5;
constexpr std::size_t longest_name = 100;  // characters

pollfd readable(int fd) {
  return {.fd = fd, .events = POLLIN, .revents = 0};
}

}  // namespace

Dict signal_message(int signal) {
  Dict message;
  message.set("signal", signal);
  return message;
}

WorkerHosts::WorkerHosts(const std::vector<std::string>& names, std::uint16_t port, std::string job,
                         Dict welcome)
    : listener_(listen_tcp(port)), job_(std::move(job)), welcome_(std::move(welcome)) {
  for (const std::string& name : names)
    workers_.push_back(
        {.name = name, .link = std::nullopt, .ssh = {.name = name, .port = 0, .host_key = ""}});
}

WorkerHosts::~WorkerHosts() {
  stop_.set();
  if (thread_.joinable()) thread_.join();
}

bool WorkerHosts::are_all_ready() const {
  return std::all_of(workers_.begin(), workers_.end(),
                     [](const Worker& worker) { return worker.ssh.port > 0; });
}

Error WorkerHosts::missing_hosts(std::chrono::milliseconds limit) const {
  std::vector<std::string> missing;
  for (const Worker& worker : workers_)
    if (worker.ssh.port == 0) missing.push_back(worker.name);
  return Error({.cause = Cause::unavailable,
                .what = fmt::format("Hosts of the job did not come within {:g} s: {}.",
                                    std::chrono::duration<double>(limit).count(), list_some(missing)),
                .remedy =
                    "See their logs for why; --hosts-timeout sets how long to wait, and they must be able "
                    "to connect to this host."});
}

std::vector<SshHost> WorkerHosts::wait_for_all(std::chrono::milliseconds limit, const Interrupt& interrupt) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + limit;
  while (!are_all_ready()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) throw missing_hosts(limit);
    std::vector<pollfd> wanted = {readable(interrupt.fd), readable(listener_.get())};
    for (const MessageLink& newcomer : newcomers_) wanted.push_back(readable(newcomer.fd()));
    for (const Worker& worker : workers_)
      if (worker.link) wanted.push_back(readable(worker.link->fd()));
    if (poll(wanted.data(), wanted.size(), static_cast<int>(left)) < 0) continue;
    if (wanted.front().revents != 0) interrupt.check();
    take_new_connections();
    hear_newcomers();
    hear_workers();
  }
  newcomers_.clear();
  listener_.reset();
  std::vector<SshHost> hosts;
  for (const Worker& worker : workers_) hosts.push_back(worker.ssh);
  return hosts;
}

void WorkerHosts::take_new_connections() {
  while (auto connection = accept_tcp(listener_)) newcomers_.emplace_back(*std::move(connection));
  // Hosts of the job say at once who they are. Others may be silent for as long as they like.
  const std::size_t most = workers_.size() + most_strangers;
  if (newcomers_.size() > most)
    newcomers_.erase(newcomers_.begin(), newcomers_.end() - static_cast<std::ptrdiff_t>(most));
}

void WorkerHosts::hear_newcomers() {
  for (MessageLink& newcomer : std::exchange(newcomers_, {})) {
    const std::vector<Dict> messages = newcomer.receive();
    if (!messages.empty())
      greet(std::move(newcomer), messages.front());
    else if (!newcomer.is_over())
      newcomers_.push_back(std::move(newcomer));
  }
}

void WorkerHosts::greet(MessageLink newcomer, const Dict& message) {
  const std::string name = clip_utf8(one_line(text_in(message, "host")), longest_name);
  const auto worker =
      std::find_if(workers_.begin(), workers_.end(), [&](const Worker& each) { return each.name == name; });
  std::string why;
  if (worker == workers_.end())
    why = fmt::format("{} is none of the hosts that the master waits for.", name);
  else if (text_in(message, "job") != job_)
    why = "It is of another job.";
  else if (worker->link)
    why = fmt::format("{} is there already.", name);
  // Whoever is in the network could else take a host's place.
  else if (!comes_from(newcomer.connection(), name))
    why = fmt::format("It does not come from the address of {}.", name);
  if (why.empty()) {
    if (newcomer.send(welcome_)) worker->link = std::move(newcomer);
    return;
  }
  Dict refusal;
  refusal.set("refused", why);
  newcomer.send(refusal);
  if (++refusals_ <= most_refusals_told)
    log(LogLevel::warning, fmt::format("a connection was refused: {}", why));
}

void WorkerHosts::hear_workers() {
  for (Worker& worker : workers_) {
    if (!worker.link) continue;
    for (const Dict& message : worker.link->receive()) hear(worker, message);
    // It may come once more.
    if (worker.link->is_over()) {
      log(LogLevel::warning, fmt::format("{} came, and has gone again", worker.name));
      worker.link.reset();
      worker.ssh.port = 0;
    }
  }
}

void WorkerHosts::hear(Worker& worker, const Dict& message) const {
  if (const std::string why = text_in(message, "failure"); !why.empty())
    throw Error({.cause = Cause::unavailable,
                 .what = fmt::format("{} cannot take part: {}", worker.name, one_line(why)),
                 .remedy = "Its own log tells more."});
  if (const int signal = number_in(message, "signal"); signal > 0)
    throw_if_ending(signal, ("on " + worker.name + ", while the hosts waited for each other").c_str());
  if (const int port = number_in(message, "port"); port > 0) {
    worker.ssh.port = static_cast<std::uint16_t>(port);
    worker.ssh.host_key = one_line(text_in(message, "host_key"));
  }
}

void WorkerHosts::watch(std::function<void(const std::string& host, const std::string& why)> on_lost,
                        std::function<void(const std::string& host, int signal)> on_signal) {
  thread_ = start_thread([this, on_lost = std::move(on_lost), on_signal = std::move(on_signal)] {
    run_watch(on_lost, on_signal);
  });
}

void WorkerHosts::run_watch(
    const std::function<void(const std::string& host, const std::string& why)>& on_lost,
    const std::function<void(const std::string& host, int signal)>& on_signal) {
  std::vector<pollfd> wanted = {readable(stop_.fd())};
  for (const Worker& worker : workers_) wanted.push_back(readable(worker.link->fd()));
  for (;;) {
    if (poll(wanted.data(), wanted.size(), -1) < 0) continue;
    if (wanted.front().revents != 0) return;
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      if (wanted[i + 1].revents == 0) continue;
      MessageLink& link = *workers_[i].link;
      std::string why;
      for (const Dict& message : link.receive()) {
        if (const std::string text = text_in(message, "failure"); !text.empty()) why = one_line(text);
        if (const int signal = number_in(message, "signal"); signal > 0) on_signal(workers_[i].name, signal);
      }
      if (!link.is_over()) continue;
      wanted[i + 1].fd = -1;
      on_lost(workers_[i].name, why);
    }
  }
}

void WorkerHosts::tell_all(const Dict& message) const {
  for (const Worker& worker : workers_)
    if (worker.link) worker.link->send(message);
}

}  // namespace sm_train
