#include "sm_train/stages/load.hpp"

#include <filesystem>

#include "catch.hpp"
#include "sm_train/contract/environment.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/system/files.hpp"
#include "support/as_nobody.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;
namespace fs = std::filesystem;

namespace {

struct MockJob {
  TempDir directory;
  Options options = {.paths = {.root = directory.path()}};

  MockJob() { fs::create_directories(options.paths.input_config()); }
  void write(const fs::path& path, const std::string& text) const { write_file_atomically(path, text); }
};

}  // namespace

TEST_CASE("a base path without input/config is no job, and the error says how to name another") {
  const TempDir directory;
  CHECK_THROWS_WITH(require_job({.root = directory.path()}),
                    Catch::Contains("input/config") && Catch::Contains("--base-path"));
}

TEST_CASE("a config that is there and cannot be read is told by name, and is not a missing one") {
  const MockJob mock;
  const fs::path config = mock.options.paths.resource_config();
  Cause cause = Cause::internal;
  SECTION("a directory") {
    fs::create_directory(config);
    cause = Cause::bad_config;
  }
  SECTION("a symlink to itself") {
    fs::create_symlink(config.filename(), config);
    cause = Cause::no_input;
  }
  SECTION("a file that this user may not read") {
    mock.write(config, "{}");
    fs::permissions(config, fs::perms::none);
    cause = Cause::denied;
  }
  const AsNobody nobody(mock.directory.path());
  const auto failure = failure_of([&] { load_resource_config(mock.options.paths); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == cause);
  CHECK(contains(failure->what, config.native()));
}

TEST_CASE("an input directory that this user may not enter is no missing job") {
  const MockJob mock;
  fs::permissions(mock.options.paths.input(), fs::perms::none);
  const AsNobody nobody(mock.directory.path());
  const auto failure = failure_of([&] { require_job(mock.options.paths); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::denied);
}

TEST_CASE("missing configs are an empty job on this one host") {
  const MockJob mock;
  const Job job = load(mock.options);
  CHECK(job.hyperparameters.user.empty());
  CHECK(job.input_data_config.empty());
  CHECK(job.resources.hosts.size() == 1);
  CHECK(job.resources.current_host == job.resources.hosts[0]);
  CHECK_FALSE(job.checkpoint_dir);
}

TEST_CASE("a checkpoint directory below /opt/ml is below the base path, and another stays as it is") {
  const MockJob mock;
  const std::string root = mock.directory.path().native();
  const auto loaded = [&mock](const std::string& config) {
    mock.write(mock.options.paths.checkpoint_config(), config);
    return load(mock.options).checkpoint_dir;
  };
  CHECK(loaded("{}") == root + "/checkpoints");
  CHECK(loaded(R"({"LocalPath": "/opt/ml/checkpoints/mine"})") == root + "/checkpoints/mine");
  CHECK(loaded(R"({"LocalPath": "/opt/mlx"})") == "/opt/mlx");
  CHECK(loaded(R"({"LocalPath": "/mnt/opt/ml/checkpoints"})") == "/mnt/opt/ml/checkpoints");
}

TEST_CASE("an option wins over the hyperparameter of the same setting") {
  MockJob mock;
  mock.write(
      mock.options.paths.hyperparameters(),
      R"({"sagemaker_program": "a.py", "sagemaker_submit_directory": "s3://b/k", "sagemaker_container_log_level": "10"})");
  CHECK(load(mock.options).hyperparameters.settings.program == "a.py");
  mock.options.program = "b.py";
  mock.options.submit_directory = "/code";
  mock.options.log_level = "40";
  const Settings settings = load(mock.options).hyperparameters.settings;
  CHECK(settings.program == "b.py");
  CHECK(settings.submit_directory == "/code");
  CHECK(python_str(*settings.log_level) == "40");
}

TEST_CASE("a log level that is none is dropped, and the job goes on") {
  const MockJob mock;
  mock.write(mock.options.paths.hyperparameters(), R"({"sagemaker_container_log_level": "LOUD"})");
  CHECK_FALSE(load(mock.options).hyperparameters.settings.log_level);
}

TEST_CASE("what the platform says in variables is part of the job") {
  MockJob mock;
  mock.options.environment = {{"TRAINING_JOB_NAME", "job-1"}, {"AWS_DEFAULT_REGION", "eu-west-1"}};
  const Job job = load(mock.options);
  CHECK(job.platform.training_job_name == "job-1");
  CHECK(job.platform.default_region == "eu-west-1");
  CHECK_FALSE(job.platform.framework_module);
}

TEST_CASE("the checkpoint directory is the config's") {
  const MockJob mock;
  mock.write(mock.options.paths.checkpoint_config(), R"({"LocalPath": "/ckpt"})");
  CHECK(load(mock.options).checkpoint_dir == "/ckpt");
}

TEST_CASE("two jobs with different base paths can be loaded in one process") {
  const MockJob first;
  const MockJob second;
  first.write(first.options.paths.hyperparameters(), R"({"a": "1"})");
  second.write(second.options.paths.hyperparameters(), R"({"b": "2"})");
  CHECK(python_json(load(first.options).hyperparameters.user) == R"({"a":1})");
  CHECK(python_json(load(second.options).hyperparameters.user) == R"({"b":2})");
}

TEST_CASE("two jobs of different base paths stand beside one another") {
  const MockJob one;
  const MockJob other;
  one.write(one.options.paths.hyperparameters(), R"({"sagemaker_program": "one.py", "lr": "1"})");
  other.write(other.options.paths.hyperparameters(), R"({"sagemaker_program": "other.py", "lr": "2"})");
  const Environment of_one = create_environment(load(one.options), {}, one.options.paths);
  const Environment of_other = create_environment(load(other.options), {}, other.options.paths);
  CHECK(of_one.user_entry_point == "one.py");
  CHECK(of_other.user_entry_point == "other.py");
  CHECK(of_one.model_dir == one.options.paths.model());
  CHECK(of_other.model_dir == other.options.paths.model());
}

TEST_CASE("a job tells which of its files were there, and what counts in the place of the others") {
  const MockJob mock;
  const Paths& paths = mock.options.paths;
  const auto notes_of = [&] {
    std::vector<std::string> notes;
    for (const ConfigFile& file : load(mock.options).files)
      notes.push_back(fs::path(file.path).filename().native() + (file.is_there ? " " : ": ") + file.note);
    return notes;
  };
  CHECK(notes_of() == std::vector<std::string>{"hyperparameters.json: there are no hyperparameters",
                                               "resourceconfig.json: the job has this one host",
                                               "inputdataconfig.json: there are no channels",
                                               "checkpointconfig.json: there are no checkpoints",
                                               "sourcecode.json: it names no program",
                                               "distributed.json: it names no engine"});
  mock.write(paths.hyperparameters(), R"({"sagemaker_program": "train.py"})");
  put_file(paths.source_code(), R"({"entry_script": "other.py"})");
  const auto notes = notes_of();
  CHECK(notes[0] == "hyperparameters.json ");
  CHECK(notes[4] == "sourcecode.json not read, since the hyperparameters name the program");
  CHECK(load(mock.options).files[1].path == paths.resource_config());
}
