#include "sm_train/stages/large_variables.hpp"

#include <filesystem>

#include "catch.hpp"

using namespace sm_train;
namespace fs = std::filesystem;

TEST_CASE("a large variable becomes a file that only its user can read, and goes with the job") {
  Command command{.argv = {"p"}, .env = {{"SM_HPS", std::string(2000, 'x')}, {"SM_HOSTS", "[]"}}};
  fs::path file;
  {
    const auto moved = move_large_variables(command, {.string = 1000, .total = 100000});
    REQUIRE(moved);
    CHECK(command.env.count("SM_HPS") == 0);
    CHECK(command.env.at("SM_HOSTS") == "[]");
    file = command.env.at("SM_HPS_FILE");
    CHECK(read_file(file) == std::string(2000, 'x'));
    CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  }
  CHECK_FALSE(fs::exists(file));
}

TEST_CASE("a command that fits is left alone") {
  Command command{.argv = {"p"}, .env = {{"SM_HPS", "{}"}}};
  CHECK_FALSE(move_large_variables(command, exec_limits()));
  CHECK(command.env == EnvVars{{"SM_HPS", "{}"}});
}
