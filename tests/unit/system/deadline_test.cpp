#include "sm_train/system/deadline.hpp"

#include "catch.hpp"
#include "sm_train/system/http.hpp"
#include "sm_train/system/wait.hpp"
#include "support/interrupter.hpp"
#include "support/tcp_server.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace std::chrono_literals;

namespace {

const Failure late = {.cause = Cause::unavailable, .what = "late", .remedy = "x"};

}  // namespace

TEST_CASE("a wait ends when the time is over, with and without another interrupt") {
  const test::Interrupter other;
  const Interrupt interrupt = with_deadline(GENERATE_REF(Interrupt{}, other.interrupt()), 5ms, late);
  const auto failure = test::failure_of([&] { wait_for(1h, interrupt); });
  REQUIRE(failure.has_value());
  CHECK(failure->what == "late");
  CHECK(failure->cause == Cause::unavailable);
  CHECK_THROWS_AS(interrupt.check(), Error);  // and again
  CHECK_THROWS_AS(wait_for(0ms, interrupt), Error);
}

TEST_CASE("a step that only checks ends too when the time is over") {
  const Interrupt interrupt = with_deadline({}, 5ms, late);
  const auto step = [&] {
    while (true) interrupt.check();
  };
  CHECK_THROWS_AS(step(), Error);
}

TEST_CASE("the other interrupt comes in before the time is over") {
  const test::Interrupter other;
  const Interrupt interrupt = with_deadline(other.interrupt(), 24h, late);
  wait_for(0ms, interrupt);
  other.raise();
  CHECK_THROWS_AS(wait_for(1h, interrupt), test::Interrupted);
}

TEST_CASE("an interrupt that was looked at and lets the step go on leaves the deadline as it was") {
  const test::Interrupter other;
  int checks = 0;
  const Interrupt inner = {.fd = other.interrupt().fd, .check = [&] { ++checks; }};
  const Interrupt interrupt = with_deadline(inner, 24h, late);
  interrupt.check();
  other.raise();
  wait_for(0ms, interrupt);
  CHECK(checks == 2);
}

TEST_CASE("a limit of zero is none") {
  const test::Interrupter other;
  CHECK(with_deadline(other.interrupt(), 0ms, late).fd == other.interrupt().fd);
  CHECK(with_deadline({}, 0ms, late).fd == -1);
}

TEST_CASE("a server that never answers is waited for until the time is over") {
  const test::TcpServer server(
      [](const test::ReceivedRequest&, test::Connection& connection) { connection.wait_for_close(); });
  HttpRequest request = {.url = server.url() + "/"};
  request.stall_timeout = 1h;
  const auto failure = test::failure_of([&] { http_send(request, with_deadline({}, 50ms, late)); });
  REQUIRE(failure.has_value());
  CHECK(failure->what == "late");
}
