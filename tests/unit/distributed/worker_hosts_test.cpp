#include "sm_train/distributed/worker_hosts.hpp"

#include <condition_variable>
#include <csignal>
#include <functional>
#include <future>
#include <mutex>
#include <sys/socket.h>

#include "catch.hpp"
#include "sm_train/system/tcp.hpp"
#include "support/interrupter.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;
using namespace std::chrono_literals;

namespace {

using Items = std::vector<Dict::Item>;

// Against hanging only.
constexpr auto long_enough = 60s;

// Three names of the address that all connections here come from.
const std::vector<std::string> names = {"localhost", "127.0.0.1", "127.1"};

std::uint16_t free_port() {
  return port_of(listen_tcp(0));
}

Dict hello(const std::string& host, const std::string& job = "job-1") {
  return Dict(Items{{"host", host}, {"job", job}});
}

Dict ready(int port) {
  return Dict({{"port", port}, {"host_key", "ssh-ed25519 key of " + std::to_string(port)}});
}

const Dict welcome(Items{{"directory", "/tmp/sm-train-x"}});

/// The master of these hosts, which waits for them on a thread of its own.
struct Master {
  explicit Master(const std::vector<std::string>& expected = names)
      : port(free_port()), hosts(expected, port, "job-1", welcome) {
    waiting =
        std::async(std::launch::async, [this] { return hosts.wait_for_all(long_enough, stop.interrupt()); });
  }
  Master(const Master&) = delete;
  Master& operator=(const Master&) = delete;
  Master(Master&&) = delete;
  Master& operator=(Master&&) = delete;
  ~Master() { stop.raise(); }

  MessageLink connect() const {
    auto connection = connect_tcp("127.0.0.1", port, long_enough);
    REQUIRE(connection.has_value());
    return MessageLink(*std::move(connection));
  }

  /// A connection on which this was said.
  MessageLink say(const Dict& message) const {
    MessageLink link = connect();
    REQUIRE(link.send(message));
    return link;
  }

  /// What it says to who is refused.
  std::string refusal_of(const Dict& message) const {
    MessageLink link = say(message);
    const auto answer = link.wait_for_message({});
    REQUIRE(answer.has_value());
    REQUIRE(answer != welcome);
    CHECK_FALSE(link.wait_for_message({}).has_value());
    return text_in(*answer, "refused");
  }

  /// A host that it has taken.
  MessageLink join(const std::string& host) const {
    MessageLink link = say(hello(host));
    REQUIRE(link.wait_for_message({}) == welcome);
    return link;
  }

  /// Also tells that its sshd listens.
  MessageLink join(const std::string& host, int ssh_port) const {
    MessageLink link = join(host);
    REQUIRE(link.send(ready(ssh_port)));
    return link;
  }

  Interrupter stop;
  std::uint16_t port;
  WorkerHosts hosts;
  std::future<std::vector<SshHost>> waiting;
};

std::vector<std::string> described(const std::vector<SshHost>& hosts) {
  std::vector<std::string> lines;
  lines.reserve(hosts.size());
  for (const SshHost& host : hosts)
    lines.push_back(host.name + " " + std::to_string(host.port) + " " + host.host_key);
  return lines;
}

/// What the watch has told, from its thread.
class Told {
 public:
  void add(const std::string& what) {
    const std::lock_guard lock(mutex_);
    all_.push_back(what);
    more_.notify_all();
  }
  /// The first `count`, once they are there.
  std::vector<std::string> first(std::size_t count) {
    std::unique_lock lock(mutex_);
    more_.wait_for(lock, long_enough, [&] { return all_.size() >= count; });
    return all_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<std::string> all_;
};

void watch(WorkerHosts& hosts, Told& told) {
  hosts.watch([&](const std::string& host, const std::string& why) { told.add(host + " lost " + why); },
              [&](const std::string& host, int signal) { told.add(host + " " + std::to_string(signal)); });
}

}  // namespace

TEST_CASE("all hosts come, in any order, and are given in the job's") {
  Master master;
  const MessageLink third = master.join("127.1", 2203);
  const MessageLink first = master.join("localhost");
  const MessageLink second = master.join("127.0.0.1", 2202);
  REQUIRE(first.send(ready(2201)));
  CHECK(described(master.waiting.get()) == std::vector<std::string>{"localhost 2201 ssh-ed25519 key of 2201",
                                                                    "127.0.0.1 2202 ssh-ed25519 key of 2202",
                                                                    "127.1 2203 ssh-ed25519 key of 2203"});
}

TEST_CASE("where there is no other host none is waited for") {
  CHECK(WorkerHosts({}, free_port(), "job-1", welcome).wait_for_all(0ms, {}).empty());
}

TEST_CASE("whoever is not awaited is refused with the reason, and hinders nobody") {
  const Master master({"localhost", "127.0.0.9"});
  SECTION("a stranger") {
    CHECK(master.refusal_of(hello("algo-9")) == "algo-9 is none of the hosts that the master waits for.");
  }
  SECTION("a message without a name") {
    CHECK(contains(master.refusal_of(ready(22)), "none of the hosts"));
  }
  SECTION("a host of another job") {
    CHECK(master.refusal_of(hello("localhost", "job-2")) == "It is of another job.");
  }
  SECTION("one that comes from another host's address") {
    CHECK(master.refusal_of(hello("127.0.0.9")) == "It does not come from the address of 127.0.0.9.");
  }
  CHECK(master.join("localhost").fd() >= 0);
}

TEST_CASE("a host that is there cannot be taken over by another of its name") {
  Master master({"localhost"});
  const MessageLink first = master.join("localhost");
  CHECK(master.refusal_of(hello("localhost")) == "localhost is there already.");
  REQUIRE(first.send(ready(2201)));
  CHECK(described(master.waiting.get()) ==
        std::vector<std::string>{"localhost 2201 ssh-ed25519 key of 2201"});
}

TEST_CASE("whoever says nothing, or what is no message, hinders nobody") {
  Master master({"localhost"});
  const MessageLink silent = master.connect();
  const MessageLink gone = master.connect();
  ::shutdown(gone.fd(), SHUT_RDWR);
  MessageLink garbage = master.connect();
  const std::string text =
      GENERATE(as<std::string>(), "GET / HTTP/1.1\r\n\r\n", "\n", "[]\n", std::string(70'000, 'x'));
  // Its connection may be closed before it has said all.
  REQUIRE(::send(garbage.fd(), text.data(), text.size(), MSG_NOSIGNAL) > 0);
  CHECK_FALSE(garbage.wait_for_message({}).has_value());
  const MessageLink host = master.join("localhost", 2201);
  CHECK(described(master.waiting.get()) ==
        std::vector<std::string>{"localhost 2201 ssh-ed25519 key of 2201"});
}

TEST_CASE("a host that has gone again is waited for, and may come again") {
  Master master({"localhost", "127.0.0.1"});
  master.join("localhost", 2201);
  // Taken once the end of the first connection was seen.
  std::optional<MessageLink> again;
  for (int i = 0; i < 10'000 && !again; ++i) {
    MessageLink link = master.say(hello("localhost"));
    if (link.wait_for_message({}) == welcome) again.emplace(std::move(link));
  }
  REQUIRE(again);
  const MessageLink other = master.join("127.0.0.1", 2202);
  REQUIRE(again->send(ready(2203)));
  CHECK(described(master.waiting.get()) ==
        std::vector<std::string>{"localhost 2203 ssh-ed25519 key of 2203",
                                 "127.0.0.1 2202 ssh-ed25519 key of 2202"});
}

TEST_CASE("a host that is told to end while the others are awaited ends the wait, by its name") {
  Master master;
  const MessageLink host = master.join("127.0.0.1");
  REQUIRE(host.send(Dict(Items{{"signal", SIGTERM}})));
  const auto failure = failure_of([&] { master.waiting.get(); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::terminated);
  CHECK(contains(failure->what, "127.0.0.1"));
}

TEST_CASE("strangers in any number leave room for the hosts") {
  Master master({"localhost"});
  std::vector<MessageLink> strangers;
  for (int i = 0; i < 200; ++i) strangers.push_back(master.connect());
  const MessageLink host = master.join("localhost", 2201);
  CHECK(described(master.waiting.get()) ==
        std::vector<std::string>{"localhost 2201 ssh-ed25519 key of 2201"});
  CHECK_FALSE(strangers.front().wait_for_message({}).has_value());
}

TEST_CASE("a host that cannot take part ends the wait with what it said") {
  Master master;
  const MessageLink host = master.join("127.0.0.1");
  REQUIRE(host.send(Dict(Items{{"failure", "sshd is not there."}})));
  const auto failure = failure_of([&] { master.waiting.get(); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::unavailable);
  CHECK(failure->what == "127.0.0.1 cannot take part: sshd is not there.");
}

TEST_CASE("hosts that have not come are named when the time is over, and no other") {
  const std::uint16_t port = free_port();
  WorkerHosts hosts({"algo-2", "localhost", "algo-3", "127.0.0.1"}, port, "job-1", welcome);
  const auto failure_after = [&](std::chrono::milliseconds limit) {
    return failure_of([&] { hosts.wait_for_all(limit, {}); });
  };
  MessageLink link(*connect_tcp("127.0.0.1", port, long_enough));
  REQUIRE(link.send(hello("localhost")));
  std::vector<Dict> answers;
  for (int i = 0; i < 10'000 && answers.empty(); ++i) {
    failure_after(1ms);
    answers = link.receive();
  }
  REQUIRE(answers == std::vector<Dict>{welcome});
  // Its sshd does not listen yet.
  CHECK(contains(failure_after(1ms)->what, ": algo-2, localhost, algo-3, 127.0.0.1."));
  REQUIRE(link.send(ready(2201)));
  auto failure = failure_after(1ms);
  for (int i = 0; i < 10'000 && contains(failure->what, "localhost"); ++i) failure = failure_after(1ms);
  CHECK(failure->cause == Cause::unavailable);
  CHECK(failure->what == "Hosts of the job did not come within 0.001 s: algo-2, algo-3, 127.0.0.1.");
  CHECK(contains(failure->remedy, "--hosts-timeout"));
}

TEST_CASE("an interrupt ends the wait for hosts") {
  const Interrupter interrupter;
  interrupter.raise();
  WorkerHosts hosts(names, free_port(), "job-1", welcome);
  CHECK_THROWS_AS(hosts.wait_for_all(long_enough, interrupter.interrupt()), Interrupted);
}

TEST_CASE("a port that is taken is told before any host is waited for") {
  const UniqueFd listener = listen_tcp(0);
  const auto failure = failure_of([&] { WorkerHosts(names, port_of(listener), "job-1", welcome); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::unavailable);
  CHECK(contains(failure->what, "Port " + std::to_string(port_of(listener))));
}

TEST_CASE("nobody can come once all are there") {
  Master master({"localhost"});
  const MessageLink host = master.join("localhost", 2201);
  master.waiting.get();
  CHECK_FALSE(connect_tcp("127.0.0.1", master.port, long_enough).has_value());
}

TEST_CASE("the watch tells of each signal, and of each host that is gone, once") {
  Told told;
  Master master;
  MessageLink first = master.join("localhost", 2201);
  const MessageLink second = master.join("127.0.0.1", 2202);
  std::optional<MessageLink> third = master.join("127.1", 2203);
  master.waiting.get();
  watch(master.hosts, told);
  REQUIRE(second.send(Dict({{"signal", 15}})));
  CHECK(told.first(1) == std::vector<std::string>{"127.0.0.1 15"});
  REQUIRE(third->send(Dict({{"signal", 10}})));
  third.reset();
  CHECK(told.first(3) == std::vector<std::string>{"127.0.0.1 15", "127.1 10", "127.1 lost "});
  // What is no message is no host of ours any more.
  REQUIRE(::send(first.fd(), "x\n", 2, MSG_NOSIGNAL) == 2);
  CHECK(told.first(4).back() == "localhost lost ");
  REQUIRE(second.send(Dict({{"other", 1}})));
  REQUIRE(second.send(Dict({{"signal", 2}})));
  CHECK(told.first(5) == std::vector<std::string>{"127.0.0.1 15", "127.1 10", "127.1 lost ",
                                                  "localhost lost ", "127.0.0.1 2"});
}

TEST_CASE("what the master tells all comes to each that is there") {
  Master master({"localhost", "127.0.0.1"});
  MessageLink first = master.join("localhost", 2201);
  std::optional<MessageLink> second = master.join("127.0.0.1", 2202);
  master.waiting.get();
  const Dict end({{"end", true}, {"exit_code", 7}});
  master.hosts.tell_all(end);
  CHECK(first.wait_for_message({}) == end);
  CHECK(second->wait_for_message({}) == end);
  second.reset();
  master.hosts.tell_all(end);
  master.hosts.tell_all(end);
  CHECK(first.wait_for_message({}) == end);
  CHECK(first.wait_for_message({}) == end);
}
