#include "sm_train/distributed/rank_start.hpp"

#include <filesystem>

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/files.hpp"
#include "support/trees.hpp"
#include "support/write_in.hpp"

using namespace sm_train;
using namespace sm_train::test;

namespace {

/// What the rank's own host has written for it, and mpirun from the master.
Command command_of(const EnvVars& own, const EnvVars& given, const std::filesystem::path& cwd = "/opt/ml",
                   const std::vector<std::string>& named = {}) {
  const TempDir directory;
  const auto file = directory.path() / "algo-2.rank";
  write_rank_file(file, {.argv = {"python3"}, .env = own, .cwd = cwd}, named);
  return rank_command({"python3", "train.py"}, given, file);
}

}  // namespace

TEST_CASE("the variables that say where a rank runs are its own host's") {
  CHECK(command_of({{"SM_CURRENT_HOST", "algo-2"}, {"CURRENT_HOST", "algo-2"}, {"AWS_REGION", "eu-west-1"}},
                   {{"SM_CURRENT_HOST", "algo-1"}, {"CURRENT_HOST", "algo-1"}, {"AWS_REGION", "us-east-1"}})
            .env ==
        EnvVars({{"SM_CURRENT_HOST", "algo-2"}, {"CURRENT_HOST", "algo-2"}, {"AWS_REGION", "eu-west-1"}}));
}

TEST_CASE("such a variable that its own host does not have is not there") {
  CHECK(
      command_of({}, {{"SM_HP_A", "1"}, {"AWS_SESSION_TOKEN", "x"}, {"CURRENT_HOST", "algo-1"}}).env.empty());
}

TEST_CASE("what the host has of its own goes before what an ssh session or the master gave") {
  CHECK(command_of({{"PATH", "/own"}, {"HOME", "/home/user"}, {"OMP_NUM_THREADS", "4"}},
                   {{"PATH", "/given"}, {"HOME", "/root"}, {"OMP_NUM_THREADS", "99"}, {"SMALL", "1"}})
            .env ==
        EnvVars({{"PATH", "/own"}, {"HOME", "/home/user"}, {"OMP_NUM_THREADS", "4"}, {"SMALL", "1"}}));
}

TEST_CASE("what mpirun gives a value of its own is that, and so are its own variables") {
  CHECK(command_of(
            {{"OMPI_COMM_WORLD_RANK", "7"}, {"NCCL_DEBUG", "WARN"}, {"AWS_REGION", "eu-west-1"}},
            {{"OMPI_COMM_WORLD_RANK", "1"}, {"NCCL_DEBUG", "INFO"}, {"AWS_REGION", "mars"}, {"SM_X", "1"}},
            "/", {"NCCL_DEBUG", "AWS_REGION", "SM_X", "ABSENT"})
            .env ==
        EnvVars(
            {{"OMPI_COMM_WORLD_RANK", "1"}, {"NCCL_DEBUG", "INFO"}, {"AWS_REGION", "mars"}, {"SM_X", "1"}}));
}

TEST_CASE("of mpirun's options those with a value name what it gives") {
  CHECK(given_by_mpirun({"mpirun", "-x", "PATH", "-x", "A=1", "-np", "2", "B=2", "-x", "C=x=y"}) ==
        std::vector<std::string>{"A", "C"});
}

TEST_CASE("a rank has its arguments as they are, and its host's working directory") {
  const Command command = command_of({}, {}, "/opt/ml/a code\ndirectory");
  CHECK(command.argv == std::vector<std::string>{"python3", "train.py"});
  CHECK(command.cwd == "/opt/ml/a code\ndirectory");
  CHECK(command_of({{"SM_A", "1"}}, {}, "").cwd.empty());
  CHECK(command_of({{"SM_A", "1"}}, {}, "").env == EnvVars({{"SM_A", "1"}}));
}

TEST_CASE("a variable may hold line ends, equals signs, and nothing") {
  const EnvVars own = {{"SM_TEXT", "two\nlines=\"x\"\\"}, {"SM_EMPTY", ""}};
  CHECK(command_of(own, {}).env == own);
}

TEST_CASE("the program does not find the variable that names the file") {
  CHECK(command_of({}, {{rank_file_variable, "/tmp/algo-2.rank"}}).env.empty());
  CHECK(rank_command({"a"}, {{rank_file_variable, ""}, {"SM_A", "1"}}, "").env == EnvVars({{"SM_A", "1"}}));
}

TEST_CASE("without a file a rank runs with what mpirun gave it") {
  const EnvVars given = {{"SM_CURRENT_HOST", "algo-1"}, {"AWS_REGION", "x"}, {"PATH", "/bin"}};
  const Command command = rank_command({"python3"}, given, "");
  CHECK(command.env == given);
  CHECK(command.cwd.empty());
}

TEST_CASE("a file without anything changes nothing for a rank") {
  const TempDir directory;
  const EnvVars given = {{"SM_CURRENT_HOST", "algo-1"}};
  const Command command = rank_command({"python3"}, given, write_in(directory, "rank", ""));
  CHECK(command.env == given);
  CHECK(command.cwd.empty());
}

TEST_CASE("a rank whose file is not there does not start, and the file is named") {
  const auto failure = failure_of([] { rank_command({"python3"}, {}, "/no/such.rank"); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::no_input);
  CHECK(contains(failure->what, "/no/such.rank"));
}

TEST_CASE("what is written for the ranks is for its user alone, also over an older file") {
  const TempDir directory;
  const auto file = write_in(directory, "algo-2.rank", "old", 0644);
  write_rank_file(file, {.argv = {}, .env = {{"AWS_SECRET_ACCESS_KEY", "secret"}}, .cwd = "/"}, {});
  CHECK(tree_of(directory.path()) ==
        Tree{{"algo-2.rank",
              "file 0600 /" + std::string(2, '\0') + "AWS_SECRET_ACCESS_KEY=secret" + std::string(1, '\0')}});
  const auto failure = failure_of([&] { write_rank_file(directory.path() / "no/such", {}, {}); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::cannot_create);
}
