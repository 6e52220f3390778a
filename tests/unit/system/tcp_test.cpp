#include "sm_train/system/tcp.hpp"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>

#include "catch.hpp"
#include "support/interrupter.hpp"
#include "support/tcp_server.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;
using namespace std::chrono_literals;

namespace {

// Against hanging only.
constexpr auto long_enough = 60s;

/// The next connection, once it is there.
UniqueFd accepted(const UniqueFd& listener) {
  pollfd wanted = {.fd = listener.get(), .events = POLLIN, .revents = 0};
  REQUIRE(poll(&wanted, 1, 60'000) == 1);
  auto connection = accept_tcp(listener);
  REQUIRE(connection.has_value());
  return *std::move(connection);
}

/// Both ends of a connection.
struct Connected {
  explicit Connected(const std::string& host) : listener(listen_tcp(0)) {
    auto connection = connect_tcp(host, port_of(listener), long_enough);
    REQUIRE(connection.has_value());
    client = *std::move(connection);
    server = accepted(listener);
  }
  UniqueFd listener;
  UniqueFd client;
  UniqueFd server;
};

}  // namespace

TEST_CASE("a connection carries what is written, by name and by address") {
  const Connected connected(GENERATE(as<std::string>(), "localhost", "127.0.0.1"));
  REQUIRE(write(connected.client.get(), "hello", 5) == 5);
  pollfd wanted = {.fd = connected.server.get(), .events = POLLIN, .revents = 0};
  REQUIRE(poll(&wanted, 1, 60'000) == 1);
  char bytes[8] = {};
  CHECK(read(connected.server.get(), bytes, sizeof bytes) == 5);
  CHECK(std::string(bytes) == "hello");
}

TEST_CASE("no program that is started gets a connection") {
  const Connected connected("127.0.0.1");
  for (const UniqueFd* fd : {&connected.listener, &connected.client, &connected.server})
    CHECK((fcntl(fd->get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("a host on which nobody listens gives no connection, and says why") {
  CHECK_FALSE(connect_tcp("127.0.0.1", static_cast<std::uint16_t>(unused_port()), long_enough).has_value());
  CHECK(errno == ECONNREFUSED);
}

TEST_CASE("a host without an address gives no connection, and says why") {
  CHECK_FALSE(connect_tcp("no such host", 80, long_enough).has_value());
  CHECK(errno == EHOSTUNREACH);
}

TEST_CASE("a port that is taken cannot be listened on, which is told with it") {
  const UniqueFd listener = listen_tcp(0);
  const auto failure = failure_of([&] { listen_tcp(port_of(listener)); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::unavailable);
  CHECK(contains(failure->what, "Port " + std::to_string(port_of(listener)) +
                                    " cannot be listened on: Address already in use"));
  CHECK(contains(failure->remedy, "--hosts-port"));
}

TEST_CASE("a port is free again as soon as nobody listens on it, also while a connection of it ends") {
  std::uint16_t port = 0;
  {
    Connected connected("127.0.0.1");
    port = port_of(connected.listener);
    connected.server.reset();  // first, so that this side is the one that remembers
  }
  CHECK(port_of(listen_tcp(port)) == port);
}

TEST_CASE("each socket that listens on a free port has one of its own") {
  const UniqueFd first = listen_tcp(0);
  const UniqueFd second = listen_tcp(0);
  CHECK(port_of(first) > 0);
  CHECK(port_of(first) != port_of(second));
}

TEST_CASE("no connection is taken where none waits") {
  const UniqueFd listener = listen_tcp(0);
  CHECK_FALSE(accept_tcp(listener).has_value());
}

TEST_CASE("a connection comes from the names and the addresses of its other side, and from no other") {
  const Connected connected("127.0.0.1");
  CHECK(comes_from(connected.server, "127.0.0.1"));
  CHECK(comes_from(connected.server, "localhost"));
  for (const char* other : {"127.0.0.2", "10.0.0.1", "::1", "no such host"})
    CHECK_FALSE(comes_from(connected.server, other));
}

TEST_CASE("what is no connection comes from nowhere") {
  CHECK_FALSE(comes_from(listen_tcp(0), "localhost"));
  CHECK_FALSE(comes_from(UniqueFd(), "localhost"));
}
