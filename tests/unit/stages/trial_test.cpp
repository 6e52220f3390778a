#include "sm_train/stages/trial.hpp"

#include <cstdlib>
#include <filesystem>

#include "catch.hpp"
#include "sm_train/system/files.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;
namespace fs = std::filesystem;

namespace {

MockJob job_of(const fs::path& code) {
  return {.program = "train.py", .code = code};
}

/// Code beside the directory of a trial.
struct Place {
  TempDir directory;
  fs::path code = directory.path() / "code";
  fs::path trial = directory.path() / "trial";

  Place() { put_file(code / "train.py", "first"); }
};

}  // namespace

TEST_CASE("the program of a directory is its train.py, train.sh or __main__.py, and a file is its own") {
  const TempDir directory;
  for (const char* name : {"train.py", "train.sh", "__main__.py"}) {
    CAPTURE(name);
    const fs::path code = directory.path() / (std::string(name) + ".d");
    put_file(code / name, "");
    put_file(code / "other.py", "");
    CHECK(program_of(code) == name);
    CHECK(program_of(code / "other.py") == "other.py");
  }
}

TEST_CASE("a directory with no such program, or with two of them, is refused with what is there") {
  const TempDir directory;
  std::string named;
  SECTION("none, but others") {
    put_file(directory.path() / "fit.py", "");
    put_file(directory.path() / "notes.txt", "");
    named = "holds fit.py";
  }
  SECTION("nothing") {
    named = "holds no train.py";
  }
  SECTION("two") {
    put_file(directory.path() / "train.py", "");
    put_file(directory.path() / "train.sh", "");
    named = "holds train.py, train.sh";
  }
  const auto failure = failure_of([&] { program_of(directory.path()); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::usage);
  CHECK(contains(failure->what, named));
  CHECK(contains(failure->remedy, "--program"));
}

TEST_CASE("code that is not there has no program") {
  const auto failure = failure_of([] { program_of("/nowhere/train.py"); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::no_input);
}

TEST_CASE("a temporary trial is for its owner alone, and stays") {
  const Place place;
  const fs::path trial = write_trial(job_of(place.code));
  CHECK(fs::status(trial).permissions() == fs::perms::owner_all);
  CHECK(content_of(trial / "code/train.py") == "first");
  remove_tree(trial);
}

TEST_CASE("a temporary trial that cannot be made whole leaves nothing") {
  const Place place;
  const fs::path temporary = place.directory.path() / "tmp";
  fs::create_directory(temporary);
  const char* before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("TMPDIR", temporary.c_str(), 1);
  CHECK_THROWS(write_trial(job_of(place.code / "gone.py")));
  if (kept.empty())
    ::unsetenv("TMPDIR");
  else
    ::setenv("TMPDIR", kept.c_str(), 1);
  CHECK(fs::is_empty(temporary));
}

TEST_CASE("a trial in the directory of an earlier one makes all anew but the checkpoints") {
  const Place place;
  write_trial(job_of(place.code), place.trial);
  put_file(place.trial / "model/old.bin", "old");
  put_file(place.trial / "output/failure", "old");
  put_file(place.trial / "checkpoints/state", "kept");
  put_file(place.code / "train.py", "second");
  MockJob job = job_of(place.code);
  job.hyperparameters.set("lr", 0.2);
  write_trial(job, place.trial);
  CHECK(content_of(place.trial / "code/train.py") == "second");
  CHECK(contains(content_of(place.trial / "input/config/hyperparameters.json"), "0.2"));
  CHECK(fs::is_empty(place.trial / "model"));
  CHECK_FALSE(fs::exists(place.trial / "output/failure"));
  CHECK(content_of(place.trial / "checkpoints/state") == "kept");
}

TEST_CASE("data that an earlier trial was linked to is not touched by the next") {
  const Place place;
  const fs::path data = place.directory.path() / "data";
  put_file(data / "one.csv", "1,2");
  MockJob job = job_of(place.code);
  job.channels = {{.name = "training", .source = data}};
  write_trial(job, place.trial);
  write_trial(job, place.trial);
  CHECK(content_of(data / "one.csv") == "1,2");
  CHECK(content_of(place.trial / "input/data/training/one.csv") == "1,2");
}

TEST_CASE("a directory that no trial made is refused and left as it is") {
  const Place place;
  put_file(place.trial / "model/precious", "mine");
  const auto failure = failure_of([&] { write_trial(job_of(place.code), place.trial); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::cannot_create);
  CHECK(content_of(place.trial / "model/precious") == "mine");
}

TEST_CASE("a trial that cannot be made leaves the earlier one as it is") {
  const Place place;
  write_trial(job_of(place.code), place.trial);
  put_file(place.trial / "model/model.bin", "old");
  const Tree before = tree_of(place.trial);
  MockJob job = job_of(place.code);
  SECTION("as there is no code") {
    job.code = place.code / "gone.py";
  }
  SECTION("as its code is what the earlier one copied") {
    job.code = place.trial / "code";
  }
  SECTION("as its data is what the earlier one left") {
    job.channels = {{.name = "training", .source = place.trial / "model"}};
  }
  CHECK_THROWS_AS(write_trial(job, place.trial), Error);
  CHECK(tree_of(place.trial) == before);
}

TEST_CASE("a link that somebody put in the place of a trial's directory is not emptied") {
  const Place place;
  write_trial(job_of(place.code), place.trial);
  fs::remove_all(place.trial / "code");
  fs::create_directory_symlink(place.code, place.trial / "code");
  const auto failure = failure_of([&] { write_trial(job_of(place.code), place.trial); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::cannot_create);
  CHECK(content_of(place.code / "train.py") == "first");
}

TEST_CASE("the results of a trial are the model and what else holds something") {
  const Place place;
  write_trial(job_of(place.code), place.trial);
  const std::string root = place.trial.native();
  CHECK(trial_results({.root = place.trial}) ==
        std::vector<std::string>{"model: " + root + "/model (nothing)"});
  put_file(place.trial / "model/model.bin", "12");
  put_file(place.trial / "checkpoints/state", "1");
  put_file(place.trial / "output/failure", "why");
  CHECK(trial_results({.root = place.trial}) ==
        std::vector<std::string>{"model: " + root + "/model (1 file, 2 B)",
                                 "checkpoints: " + root + "/checkpoints (1 file, 1 B)",
                                 "failure: " + root + "/output/failure"});
}
