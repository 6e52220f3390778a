#include "sm_train/stages/report.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "catch.hpp"
#include "sm_train/system/files.hpp"
#include "support/child.hpp"

using namespace sm_train;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

namespace {

const Command command = {.argv = {"train.py"}, .env = {}, .cwd = {}};
const Outcome good = {.end = Exited{.code = 0}};
const Outcome bad = {.end = Exited{.code = 3}, .stdout_tail = "", .stderr_tail = "it broke\n"};

std::string content(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_file(const fs::path& file, const std::string& text) {
  std::ofstream(file) << text;
}

}  // namespace

TEST_CASE("success is an empty file, and exit code 0") {
  const TempDir directory;
  const Paths paths{.root = directory.path()};
  prepare_report(paths);
  CHECK(report(good, command, paths) == 0);
  CHECK(fs::is_empty(paths.success()));
  CHECK_FALSE(fs::exists(paths.failure()));
}

TEST_CASE("failure is a file with the reason that others may read, and the program's exit code") {
  const TempDir directory;
  const Paths paths{.root = directory.path()};
  prepare_report(paths);
  CHECK(report(bad, command, paths) == 3);
  CHECK_THAT(content(paths.failure()),
             StartsWith("ExecuteUserScriptError:\nExitCode 3\nErrorMessage \"it broke\""));
  CHECK_FALSE(fs::exists(paths.success()));
  CHECK(std::distance(fs::directory_iterator(paths.output()), {}) == 1);
  struct stat status = {};
  stat(paths.failure().c_str(), &status);
  CHECK((status.st_mode & 0777U) == 0644);
}

TEST_CASE("a fault of the launcher's own is reported with its own exit code, also where output is missing") {
  const TempDir directory;
  const Paths paths{.root = directory.path()};
  CHECK(report({.cause = Cause::no_input, .what = "s3://b/k: not found.", .remedy = "Check it."}, paths) ==
        66);
  CHECK(content(paths.failure()) == "s3://b/k: not found.\nCheck it.");
}

TEST_CASE("where the base path is no directory a fault makes none") {
  const TempDir directory;
  const Paths paths{.root = directory.path() / "ml"};
  CHECK(report({.cause = Cause::no_input, .what = "no job", .remedy = ""}, paths) == 66);
  CHECK_FALSE(fs::exists(paths.root));
}

TEST_CASE("a fault before the program takes the place of an earlier run's failure") {
  const TempDir directory;
  const Paths paths{.root = directory.path()};
  fs::create_directories(paths.output());
  write_file(paths.failure(), "old");
  report({.cause = Cause::no_input, .what = "new", .remedy = ""}, paths);
  CHECK(content(paths.failure()) == "new");
}

TEST_CASE("reports of an earlier run are removed before the start") {
  const TempDir directory;
  const Paths paths{.root = directory.path()};
  fs::create_directories(paths.output_data());
  write_file(paths.success(), "");
  write_file(paths.failure(), "old");
  prepare_report(paths);
  CHECK_FALSE(fs::exists(paths.success()));
  CHECK_FALSE(fs::exists(paths.failure()));
  CHECK(fs::exists(paths.output_data()));
}

TEST_CASE("what the program says of itself is never touched") {
  const TempDir directory;
  const Paths paths{.root = directory.path()};
  prepare_report(paths);
  write_file(paths.failure(), "my own words");
  SECTION("when it failed") {
    CHECK(report(bad, command, paths) == 3);
    CHECK_FALSE(fs::exists(paths.success()));
  }
  SECTION("when it exited with 0: then there is no success beside it") {
    CHECK(report(good, command, paths) == 0);
    CHECK_FALSE(fs::exists(paths.success()));
  }
  CHECK(content(paths.failure()) == "my own words");
}

TEST_CASE("an empty failure file of the program's is filled, or removed on success") {
  const TempDir directory;
  const Paths paths{.root = directory.path()};
  prepare_report(paths);
  write_file(paths.failure(), "");
  SECTION("failed") {
    report(bad, command, paths);
    CHECK_THAT(content(paths.failure()), Contains("it broke"));
  }
  SECTION("succeeded") {
    report(good, command, paths);
    CHECK_FALSE(fs::exists(paths.failure()));
    CHECK(fs::exists(paths.success()));
  }
}

TEST_CASE("a success file that a failing program made is removed") {
  const TempDir directory;
  const Paths paths{.root = directory.path()};
  prepare_report(paths);
  write_file(paths.success(), "");
  report(bad, command, paths);
  CHECK_FALSE(fs::exists(paths.success()));
}

TEST_CASE("a report that cannot be written is told on stderr, and the exit code stays") {
  const TempDir directory;
  const Paths paths{.root = directory.path()};
  write_file(paths.output(), "a file where the directory should be");
  Child child([&] { return report(bad, command, paths); });
  const auto end = child.finish();
  CHECK(end.exit_code == 3);
  CHECK_THAT(end.err,
             StartsWith("sm-train: error: " + paths.failure().string() + ": the report cannot be written: "));
  CHECK_THAT(end.err, Contains("it broke"));
}

TEST_CASE("a directory in the place of the program's report is no report, and is let be") {
  const TempDir directory;
  const Paths paths{.root = directory.path()};
  prepare_report(paths);
  fs::create_directories(paths.failure() / "of the program");
  Child child([&] { return report(bad, command, paths); });
  const auto end = child.finish();
  CHECK(end.exit_code == 3);
  CHECK_THAT(end.err, Contains("the report cannot be written: ") && Contains("it broke"));
  CHECK(fs::is_directory(paths.failure() / "of the program"));
}

TEST_CASE("a failure tells what is known of the job and of its environment, and no secret of it") {
  const TempDir directory;
  const Paths paths{.root = directory.path()};
  const Outcome refused = {
      .end = Exited{.code = 2},
      .stdout_tail = "",
      .stderr_tail = "error: unrecognized arguments: --training correct-horse-battery\n"};
  Command told = command;
  told.env["DB_PASSWORD"] = "correct-horse-battery";
  report(refused, told, paths, {.channels = {"training"}}, prepare_report(paths));
  CHECK_THAT(content(paths.failure()), Contains("--training ******"));
  CHECK_THAT(content(paths.failure()), Contains("\nHint: --training is the channel"));
}

TEST_CASE("a full volume is told by its directory") {
  const TempDir directory;
  const Paths paths{.root = directory.path()};
  fs::create_directories(paths.model());
  const Outcome full = {
      .end = Exited{.code = 1},
      .stdout_tail = "",
      .stderr_tail = "[Errno 28] No space left on device: '" + paths.model().native() + "/x'\n"};
  report(full, command, paths);
  CHECK_THAT(content(paths.failure()), Contains("\nHint: The volume of " + paths.model().native() + " has "));
}

TEST_CASE("a fault of the launcher's own tells no secret") {
  const TempDir directory;
  const Paths paths{.root = directory.path()};
  const Secrets secrets(EnvVars{{"AWS_SESSION_TOKEN", "correct-horse"}});
  report({.cause = Cause::no_input, .what = "correct-horse is bad", .remedy = ""}, paths, secrets);
  CHECK(content(paths.failure()) == "****** is bad");
}

TEST_CASE("an output directory that cannot be made is an error") {
  const TempDir directory;
  const Paths paths{.root = directory.path()};
  write_file(paths.output(), "");
  CHECK_THROWS_WITH(prepare_report(paths), Contains(paths.output().string()));
}
