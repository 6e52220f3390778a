#include "sm_train/stages/mock_job.hpp"

#include <filesystem>
#include <stdexcept>
#include <sys/stat.h>

#include "catch.hpp"
#include "sm_train/contract/environment.hpp"
#include "sm_train/stages/load.hpp"
#include "sm_train/system/files.hpp"
#include "support/as_nobody.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;
namespace fs = std::filesystem;

namespace {

/// A mock job, and beside it what it is made from.
struct Place {
  TempDir directory;
  fs::path job = directory.path() / "job";
  fs::path code = directory.path() / "code";
  fs::path data = directory.path() / "data";

  Place() {
    put_file(code / "train.py", "print()");
    put_file(data / "part/one.csv", "1,2");
  }
  Job loaded() const { return load({.paths = {.root = job}}); }
};

Failure refused(const MockJob& job, const Place& place) {
  const auto failure = failure_of([&] { write_mock_job(job, place.job); });
  REQUIRE(failure.has_value());
  return *failure;
}

}  // namespace

TEST_CASE("a mock job is loaded as the values that it was made of") {
  const Place place;
  const Dict hyperparameters(
      {{"lr", 0.1}, {"name", "adam"}, {"zip", "0123"}, {"on", true}, {"layers", List{1}}});
  write_mock_job({.hyperparameters = hyperparameters,
                  .program = "train.py",
                  .channels = {{.name = "training", .source = place.data}},
                  .hosts = {"algo-1", "algo-2"},
                  .current_host = "algo-2"},
                 place.job);
  const Job job = place.loaded();
  CHECK(job.hyperparameters.user == hyperparameters);
  CHECK(job.hyperparameters.settings.program == "train.py");
  CHECK(job.resources.hosts == std::vector<std::string>{"algo-1", "algo-2"});
  CHECK(job.resources.current_host == "algo-2");
  CHECK(job.input_data_config.find("training") != nullptr);
  CHECK(job.checkpoint_dir == (place.job / "checkpoints").native());
}

TEST_CASE("hyperparameters are written as the SDK writes them, each as JSON in a string") {
  const Place place;
  write_mock_job({.hyperparameters = Dict({{"lr", 0.1}, {"name", "adam"}})}, place.job);
  CHECK(content_of(place.job / "input/config/hyperparameters.json") ==
        "{\"lr\": \"0.1\", \"name\": \"\\\"adam\\\"\"}\n");
}

TEST_CASE("a program among the hyperparameters stays") {
  const Place place;
  write_mock_job({.hyperparameters = Dict(std::vector<Dict::Item>{{"sagemaker_program", "mine.py"}}),
                  .program = "train.py"},
                 place.job);
  CHECK(place.loaded().hyperparameters.settings.program == "mine.py");
}

TEST_CASE("a mock job has every directory that a program reads from or writes to") {
  const Place place;
  write_mock_job({}, place.job);
  for (const char* name : {"input/data", "code", "model", "output/data", "checkpoints"}) {
    CAPTURE(name);
    CHECK(fs::is_directory(place.job / name));
  }
}

TEST_CASE("a channel is a link to its directory, or holds a link to its file") {
  const Place place;
  write_mock_job({.channels = {{.name = "all", .source = place.data},
                               {.name = "one", .source = place.data / "part/one.csv"},
                               {.name = "none"}}},
                 place.job);
  CHECK(fs::read_symlink(place.job / "input/data/all") == fs::canonical(place.data));
  CHECK(fs::read_symlink(place.job / "input/data/one/one.csv") == fs::canonical(place.data / "part/one.csv"));
  CHECK(fs::is_empty(place.job / "input/data/none"));
}

TEST_CASE("a channel that is copied holds no link, also where its data are links") {
  const Place place;
  fs::create_symlink("part/one.csv", place.data / "link.csv");
  write_mock_job({.channels = {{.name = "all", .source = place.data},
                               {.name = "one", .source = place.data / "link.csv"}},
                  .channel_data = ChannelData::copied},
                 place.job);
  CHECK(tree_of(place.job / "input/data") == Tree{{"all", "dir 0755"},
                                                  {"all/link.csv", "file 0644 1,2"},
                                                  {"all/part", "dir 0755"},
                                                  {"all/part/one.csv", "file 0644 1,2"},
                                                  {"one", "dir 0755"},
                                                  {"one/link.csv", "file 0644 1,2"}});
}

TEST_CASE("code is copied: a directory with all that is in it, a file alone") {
  const Place place;
  put_file(place.code / ".git/HEAD", "main");
  MockJob job = {.code = place.code};
  SECTION("a directory") {
    write_mock_job(job, place.job);
    CHECK(content_of(place.job / "code/.git/HEAD") == "main");
    CHECK(content_of(place.job / "code/train.py") == "print()");
  }
  SECTION("a file") {
    job.code = place.code / "train.py";
    write_mock_job(job, place.job);
    CHECK(tree_of(place.job / "code") == Tree{{"train.py", "file 0644 print()"}});
  }
  SECTION("a link to a file, by the link's name") {
    fs::create_symlink("train.py", place.code / "other.py");
    job.code = place.code / "other.py";
    write_mock_job(job, place.job);
    CHECK(tree_of(place.job / "code") == Tree{{"other.py", "file 0644 print()"}});
  }
}

TEST_CASE("a directory that holds something is refused and left as it is") {
  const Place place;
  put_file(place.job / "precious", "mine");
  CHECK(refused({}, place).cause == Cause::cannot_create);
  CHECK(tree_of(place.job) == Tree{{"precious", "file 0644 mine"}});
}

TEST_CASE("a file in the place of the directory is refused") {
  const Place place;
  put_file(place.job, "mine");
  CHECK(refused({}, place).cause == Cause::cannot_create);
  CHECK(content_of(place.job) == "mine");
}

TEST_CASE("an empty directory is filled, keeps its mode, and may be named by a link") {
  const Place place;
  const fs::path real = place.directory.path() / "real";
  fs::create_directory(real);
  fs::permissions(real, fs::perms::owner_all);
  fs::create_directory_symlink("real", place.job);
  write_mock_job({}, place.job / "");
  CHECK(fs::is_symlink(place.job));
  CHECK(fs::is_directory(real / "input/config"));
  CHECK(fs::status(real).permissions() == fs::perms::owner_all);
}

TEST_CASE("a new directory has the mode that the umask gives, and missing parents are made") {
  const Place place;
  const fs::path job = place.directory.path() / "new/job";
  const mode_t before = ::umask(077);
  write_mock_job({}, job);
  ::umask(before);
  CHECK(fs::status(job).permissions() == fs::perms::owner_all);
}

TEST_CASE("an error leaves nothing behind") {
  const Place place;
  MockJob job = {.code = place.code};
  SECTION("data that is not there") {
    job.channels = {{.name = "training", .source = "/nowhere/at/all"}};
    const Failure failure = refused(job, place);
    CHECK(failure.cause == Cause::no_input);
    CHECK(contains(failure.what, "/nowhere/at/all"));
  }
  SECTION("code that is not there") {
    job.code = place.code / "gone.py";
    CHECK(refused(job, place).cause == Cause::no_input);
  }
  SECTION("code that cannot be copied to its end") {
    REQUIRE(::mkfifo((place.code / "zzz").c_str(), 0600) == 0);
    CHECK(refused(job, place).cause == Cause::bad_data);
  }
  SECTION("an interrupt") {
    Interrupt interrupt;
    interrupt.check = [] { throw Error({.cause = Cause::interrupted, .what = "stop", .remedy = ""}); };
    CHECK_THROWS_AS(write_mock_job(job, place.job, interrupt), Error);
  }
  for (const auto& entry : fs::directory_iterator(place.directory.path()))
    CHECK((entry.path() == place.code || entry.path() == place.data));
}

TEST_CASE("a place that cannot be written to is told by its name") {
  const Place place;
  const fs::path locked = place.directory.path() / "locked";
  fs::create_directory(locked);
  fs::permissions(place.directory.path(), fs::perms::others_exec | fs::perms::others_read,
                  fs::perm_options::add);
  const AsNobody nobody(place.data);
  fs::permissions(place.data, fs::perms::owner_read | fs::perms::owner_exec);
  const auto failure = failure_of([&] { write_mock_job({}, place.data / "job"); });
  fs::permissions(place.data, fs::perms::owner_all);
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::denied);
  CHECK(contains(failure->what, place.data.native()));
}

TEST_CASE("names of channels that SageMaker would refuse, or that lead elsewhere, are refused") {
  const Place place;
  for (const std::string& name : {std::string(), std::string("."), std::string(".."), std::string("a/b"),
                                  std::string("a b"), std::string("\xc3\xa4"), std::string(65, 'a')}) {
    CAPTURE(name);
    CHECK(refused({.channels = {{.name = name, .source = place.data}}}, place).cause == Cause::usage);
  }
}

TEST_CASE("a channel, a host or a current host that contradicts another is refused") {
  const Place place;
  MockJob job = {};
  SECTION("two channels of a name") {
    job.channels = {{.name = "a"}, {.name = "a"}};
  }
  SECTION("two hosts of a name") {
    job.hosts = {"algo-1", "algo-1"};
  }
  SECTION("a host without a name") {
    job.hosts = {"algo-1", ""};
  }
  SECTION("a current host that is none") {
    job.current_host = "algo-2";
  }
  CHECK(refused(job, place).cause == Cause::usage);
}

TEST_CASE("a job that would be copied into itself is refused") {
  const Place place;
  MockJob job = {.channel_data = ChannelData::copied};
  SECTION("its code") {
    job.code = place.directory.path();
  }
  SECTION("its data") {
    job.channels = {{.name = "training", .source = place.directory.path()}};
  }
  const Failure failure = refused(job, place);
  CHECK(failure.cause == Cause::usage);
  CHECK(contains(failure.what, place.job.native()));
}

TEST_CASE("a channel may be linked to the directory that the job lies in") {
  const Place place;
  write_mock_job({.channels = {{.name = "training", .source = place.directory.path()}}}, place.job);
  CHECK(fs::is_symlink(place.job / "input/data/training"));
}

TEST_CASE("the sample job has a program and the data that it reads") {
  const Place place;
  write_mock_job(sample_job(), place.job);
  CHECK(place.loaded().hyperparameters.settings.program == "train.py");
  CHECK(contains(content_of(place.job / "code/train.py"), "import argparse"));
  CHECK(contains(content_of(place.job / "input/data/training/points.csv"), "x,y\n"));
}
