#include "sm_train/contract/exec_limits.hpp"

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"

using namespace sm_train;

namespace {

std::string text(std::size_t bytes) {
  return std::string(bytes, 'x');
}

Environment with_hyperparameter(const std::string& key, const Value& value) {
  Environment environment;
  environment.hosts = {"algo-1"};
  environment.hyperparameters.set(key, value);
  return environment;
}

constexpr ExecLimits limits = {.string = 1000, .total = 20000};

}  // namespace

TEST_CASE("what fits stays") {
  CHECK(find_variables_to_move({.argv = {"p"}, .env = {{"SM_HPS", text(900)}}}, limits).empty());
}

TEST_CASE("a derived variable moves when it is too large for one string, to the byte") {
  // SM_HPS=...NUL
  CHECK(find_variables_to_move({.argv = {"p"}, .env = {{"SM_HPS", text(1000 - 8)}}}, limits).empty());
  CHECK(find_variables_to_move({.argv = {"p"}, .env = {{"SM_HPS", text(1001 - 8)}}}, limits) ==
        std::vector<std::string>{"SM_HPS"});
}

TEST_CASE("the largest derived variables move until the total fits") {
  Command command{.argv = {"p"},
                  .env = {{"SM_HOSTS", text(300)}, {"SM_HPS", text(900)}, {"SM_USER_ARGS", text(800)}}};
  for (int i = 0; i < 12; ++i) command.env["OTHER_" + std::to_string(i)] = text(900);
  // 8 KiB in reserve; a string counts with its NUL and a pointer.
  const std::size_t whole = (8 << 10) + 13072;
  CHECK(find_variables_to_move(command, {.string = 1000, .total = whole}).empty());
  CHECK(find_variables_to_move(command, {.string = 1000, .total = whole - 1}) ==
        std::vector<std::string>{"SM_HPS"});
  CHECK(find_variables_to_move(command, {.string = 1000, .total = whole - 1000}) ==
        std::vector<std::string>{"SM_HPS", "SM_USER_ARGS"});
}

TEST_CASE("what cannot move is refused with its size") {
  CHECK_THROWS_WITH(find_variables_to_move({.argv = {"p"}, .env = {{"MINE", text(2000)}}}, limits),
                    Catch::Contains("MINE takes 2006 bytes"));
  Command command{.argv = {"p"}, .env = {{"LARGEST", text(950)}}};
  for (int i = 0; i < 12; ++i) command.env["OTHER_" + std::to_string(i)] = text(900);
  CHECK_THROWS_WITH(find_variables_to_move(command, {.string = 1000, .total = 10000}),
                    Catch::Contains("LARGEST with 959 bytes"));
}

TEST_CASE("a hyperparameter that fits into no variable is named with its size") {
  CHECK_NOTHROW(require_passable(with_hyperparameter("a", text(900)), {}, limits));
  CHECK_THROWS_WITH(require_passable(with_hyperparameter("a-b", text(2000)), {}, limits),
                    Catch::Contains("hyperparameter \"a-b\" takes 2011 bytes"));
}

TEST_CASE("a hyperparameter that only its argument makes too long is named too") {
  // [1, 1] has a blank after each comma that [1,1] has not.
  CHECK_NOTHROW(require_passable(with_hyperparameter("a", List(300, Value(1))), {}, limits));
  CHECK_THROWS_WITH(require_passable(with_hyperparameter("a", List(400, Value(1))), {}, limits),
                    Catch::Contains("hyperparameter \"a\" takes 1201 bytes"));
}
