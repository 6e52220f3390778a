#include "sm_train/distributed/message_link.hpp"

#include <array>
#include <stdexcept>
#include <string>
#include <sys/socket.h>

#include "catch.hpp"
#include "support/interrupter.hpp"

using namespace sm_train;
using namespace sm_train::test;

namespace {

/// A link, and the other side's end of its connection.
struct Linked {
  Linked() {
    std::array<int, 2> ends = {-1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
      throw std::runtime_error("no sockets");
    link.emplace(UniqueFd(ends[0]));
    other.reset(ends[1]);
  }

  void write(const std::string& bytes) const {
    REQUIRE(::write(other.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }

  std::optional<MessageLink> link;
  UniqueFd other;
};

Dict numbered(int number) {
  return Dict({{"number", number}});
}

}  // namespace

TEST_CASE("several messages come in one piece, in their order") {
  Linked linked;
  CHECK(linked.link->receive().empty());
  linked.write("{\"number\": 1}\n{\"number\": 2}\r\n{\"number\": 3}\n");
  CHECK(linked.link->receive() == std::vector<Dict>{numbered(1), numbered(2), numbered(3)});
  CHECK(linked.link->receive().empty());
  CHECK_FALSE(linked.link->is_over());
}

TEST_CASE("one message comes in many pieces") {
  Linked linked;
  for (const char byte : std::string("{\"number\": 1}")) {
    linked.write({byte});
    CHECK(linked.link->receive().empty());
  }
  linked.write("\n{\"numb");
  CHECK(linked.link->receive() == std::vector<Dict>{numbered(1)});
  linked.write("er\": 2}\n");
  CHECK(linked.link->receive() == std::vector<Dict>{numbered(2)});
  CHECK_FALSE(linked.link->is_over());
}

TEST_CASE("what is no message ends the link, after those that came before it") {
  const std::string garbage = GENERATE(as<std::string>(), "", "GET / HTTP/1.1", "[1]", "7", "null",
                                       "\"text\"", "{\"number\": 1", "{\"number\": 1} x", "{'number': 1}",
                                       "SSH-2.0-x", std::string("\0\xFF\n", 3), std::string(60'000, '['));
  Linked linked;
  linked.write("{\"number\": 1}\n" + garbage + "\n");
  CHECK(linked.link->receive() == std::vector<Dict>{numbered(1)});
  CHECK(linked.link->is_over());
}

TEST_CASE("a line that does not end ends the link") {
  const std::string before = GENERATE(as<std::string>(), "", "{\"number\": 1}\n");
  Linked linked;
  linked.write(before + std::string((64 << 10) + 1, ' '));
  CHECK(linked.link->receive().size() == (before.empty() ? 0 : 1));
  CHECK(linked.link->is_over());
}

TEST_CASE("a long message comes whole") {
  Linked linked;
  const Dict message({{"failure", std::string(60'000, 'x')}});
  Linked sender;
  REQUIRE(MessageLink(std::move(linked.other)).send(message));
  CHECK(linked.link->receive() == std::vector<Dict>{message});
}

TEST_CASE("the end of the connection ends the link, after what came before it") {
  Linked linked;
  linked.write("{\"number\": 1}\n{\"numb");
  linked.other.reset();
  CHECK(linked.link->receive() == std::vector<Dict>{numbered(1)});
  CHECK(linked.link->is_over());
}

TEST_CASE("messages are waited for one by one, until the connection ends") {
  Linked linked;
  linked.write("{\"number\": 1}\n{\"number\": 2}\n{\"number\": 3}\n");
  linked.other.reset();
  CHECK(linked.link->wait_for_message({}) == numbered(1));
  CHECK(linked.link->wait_for_message({}) == numbered(2));
  CHECK(linked.link->wait_for_message({}) == numbered(3));
  CHECK(linked.link->wait_for_message({}) == std::nullopt);
}

TEST_CASE("nothing is waited for after what is no message") {
  Linked linked;
  linked.write("{\"number\": 1}\ngarbage\n{\"number\": 2}\n");
  CHECK(linked.link->wait_for_message({}) == numbered(1));
  CHECK(linked.link->wait_for_message({}) == std::nullopt);
}

TEST_CASE("an interrupt ends the wait for a message") {
  Linked linked;
  const Interrupter interrupter;
  interrupter.raise();
  CHECK_THROWS_AS(linked.link->wait_for_message(interrupter.interrupt()), Interrupted);
}

TEST_CASE("a message that is sent is a line of JSON, and comes as it was") {
  Linked linked;
  const Dict message({{"end", true}, {"failure", "two\nlines \"x\" \xC3\xA9"}, {"port", 2222}});
  CHECK(linked.link->send(message));
  MessageLink other(std::move(linked.other));
  CHECK(other.receive() == std::vector<Dict>{message});
}

TEST_CASE("a message to who has gone is not sent, and kills nobody") {
  Linked linked;
  linked.other.reset();
  CHECK_FALSE(linked.link->send(numbered(1)));
}

TEST_CASE("a message for which there is no room is not waited for") {
  Linked linked;
  const Dict message({{"failure", std::string(60'000, 'x')}});
  int sent = 0;
  while (sent < 1'000'000 && linked.link->send(message)) ++sent;
  CHECK(sent > 0);
  CHECK(sent < 1'000'000);
}

TEST_CASE("a text of a message is empty where there is none") {
  const Dict message({{"host", "algo-2"}, {"port", 22}, {"list", List{}}});
  CHECK(text_in(message, "host") == "algo-2");
  for (const char* key : {"port", "list", "other", ""}) CHECK(text_in(message, key).empty());
}

TEST_CASE("a number of a message is 0 where there is none, or none of 16 bits") {
  const auto number = [](Value value) { return number_in(Dict({{"port", std::move(value)}}), "port"); };
  CHECK(number(22) == 22);
  CHECK(number(65535) == 65535);
  CHECK(number(65536) == 0);
  CHECK(number(-1) == 0);
  CHECK(number(Integer{"99999999999999999999"}) == 0);
  CHECK(number("22") == 0);
  CHECK(number(22.0) == 0);
  CHECK(number(true) == 0);
  CHECK(number(nullptr) == 0);
  CHECK(number_in({}, "port") == 0);
}
