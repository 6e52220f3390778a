#include "sm_train/stages/mock_job_words.hpp"

#include <optional>

#include "catch.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;

namespace {

Value value_of(const std::string& word) {
  return parse_hyperparameter(word).second;
}

}  // namespace

TEST_CASE("a hyperparameter whose value is JSON is that value, and any other is text") {
  CHECK(value_of("lr=0.1") == Value(0.1));
  CHECK(value_of("epochs=10") == Value(10));
  CHECK(value_of("flag=true") == Value(true));
  CHECK(value_of("layers=[1,2]") == Value(List{1, 2}));
  CHECK(value_of("nothing=null") == Value(nullptr));
  CHECK(value_of("zip=\"0123\"") == Value("0123"));
  CHECK(value_of("name=adam") == Value("adam"));
  CHECK(value_of("zip=0123") == Value("0123"));
  CHECK(value_of("empty=") == Value(""));
  CHECK(value_of("broken=[1,") == Value("[1,"));
}

TEST_CASE("a hyperparameter is split at its first equals sign") {
  CHECK(parse_hyperparameter("filter=a=b") == Dict::Item("filter", "a=b"));
}

TEST_CASE("bytes of a hyperparameter that are no UTF-8 are kept as Python keeps those of an argument") {
  CHECK(parse_hyperparameter("\xff=\xfe") == Dict::Item("\xed\xb3\xbf", "\xed\xb3\xbe"));
}

TEST_CASE("a hyperparameter without a name or an equals sign is refused, and its value is not shown") {
  const auto without_equals = failure_of([] { parse_hyperparameter("lr"); });
  REQUIRE(without_equals.has_value());
  CHECK(without_equals->cause == Cause::usage);
  CHECK(contains(without_equals->what, "\"lr\""));
  CHECK(contains(without_equals->remedy, "NAME=VALUE"));

  const auto without_name = failure_of([] { parse_hyperparameter("=hunter2"); });
  REQUIRE(without_name.has_value());
  CHECK(without_name->cause == Cause::usage);
  CHECK_FALSE(contains(without_name->what, "hunter2"));
}

TEST_CASE("of a hyperparameter that comes twice the last value counts") {
  CHECK(parse_hyperparameters({"lr=1", "epochs=2", "lr=3"}) == Dict({{"lr", 3}, {"epochs", 2}}));
}

TEST_CASE("a channel is a name and a path, which may hold an equals sign") {
  const MockChannel channel = parse_channel("training=data/split=1");
  CHECK(channel.name == "training");
  CHECK(channel.source == "data/split=1");
}

TEST_CASE("a channel without a name or a path, and one in S3, are refused") {
  for (const char* word : {"training", "=data", "training=", "training=s3://bucket/prefix/"}) {
    CAPTURE(word);
    const auto failure = failure_of([&] { parse_channel(word); });
    REQUIRE(failure.has_value());
    CHECK(failure->cause == Cause::usage);
  }
}

TEST_CASE("hosts are given by their number or by their names") {
  CHECK(parse_hosts("3") == std::vector<std::string>{"algo-1", "algo-2", "algo-3"});
  CHECK(parse_hosts("algo-1") == std::vector<std::string>{"algo-1"});
  CHECK(parse_hosts("a,b") == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a number of hosts that cannot be is refused") {
  for (const char* word : {"", "0", "1001", "99999999999999999999"}) {
    CAPTURE(word);
    const auto failure = failure_of([&] { parse_hosts(word); });
    REQUIRE(failure.has_value());
    CHECK(failure->cause == Cause::usage);
  }
}
