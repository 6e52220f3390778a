// What the newer SageMaker Python SDK (ModelTrainer) leaves in the channel sm_drivers.
#include "sm_train/contract/model_trainer.hpp"

#include <filesystem>

#include "catch.hpp"
#include "sm_train/contract/environment.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/shell_words.hpp"
#include "sm_train/stages/engine.hpp"
#include "sm_train/stages/load.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/json.hpp"
#include "support/trees.hpp"
#include "support/write_in.hpp"

using namespace sm_train;
using namespace sm_train::test;
namespace fs = std::filesystem;

namespace {

struct MockJob {
  TempDir directory;
  Options options = {.paths = {.root = directory.path()}};

  void hyperparameters(const std::string& text) const {
    write_in(directory, "input/config/hyperparameters.json", text);
  }
  void source_code(const std::string& text) const {
    write_in(directory, "input/data/sm_drivers/sourcecode.json", text);
  }
  void distributed(const std::string& text) const {
    write_in(directory, "input/data/sm_drivers/distributed.json", text);
  }
  Settings settings() const { return load(options).hyperparameters.settings; }
};

Dict distributed(const std::string& text) {
  return read_distributed(parse_json(text, "d"), "distributed.json");
}

}  // namespace

TEST_CASE("sourcecode.json names the program, its code and its requirements") {
  const MockJob mock;
  fs::create_directories(mock.options.paths.input_data() / "code");
  mock.source_code(
      R"({"source_dir": "src", "requirements": "reqs.txt", "entry_script": "train.py", "command": null})");
  const Settings settings = mock.settings();
  CHECK(settings.program == "train.py");
  CHECK(settings.submit_directory == (mock.options.paths.input_data() / "code").native());
  CHECK(settings.requirements == "reqs.txt");
}

TEST_CASE("an option and a hyperparameter win over sourcecode.json") {
  MockJob mock;
  mock.source_code(R"({"source_dir": "src", "entry_script": "train.py"})");
  mock.options.program = "mine.py";
  mock.options.submit_directory = "/mine";
  CHECK(mock.settings().program == "mine.py");
  CHECK(mock.settings().submit_directory == "/mine");
  mock.options = {.paths = mock.options.paths};
  mock.hyperparameters(R"({"sagemaker_program": "other.py"})");
  CHECK(mock.settings().program == "other.py");
  CHECK_FALSE(mock.settings().submit_directory);
}

TEST_CASE("without a source_dir the code is that of the image, and of an archive it is the archive's") {
  const MockJob mock;
  mock.source_code(R"({"source_dir": null, "entry_script": "train.py", "requirements": "auto"})");
  CHECK_FALSE(mock.settings().submit_directory);
  CHECK_FALSE(mock.settings().requirements);
  mock.source_code(R"({"source_dir": "s3://bucket/key/source.tar.gz", "entry_script": "train.py"})");
  CHECK(mock.settings().submit_directory ==
        (mock.options.paths.input_data() / "code/source.tar.gz").native());
}

TEST_CASE(
    "a command without an entry script is refused with what to do, where nothing else names a program") {
  MockJob mock;
  mock.source_code(R"({"source_dir": "src", "command": "python train.py --lr 1"})");
  const auto failure = failure_of([&] { mock.settings(); });
  REQUIRE(failure.has_value());
  CHECK(failure->cause == Cause::bad_config);
  CHECK(contains(failure->what, "sourcecode.json"));
  CHECK(contains(failure->remedy, "entry_script"));
  mock.options.program = "mine.py";
  CHECK(mock.settings().program == "mine.py");
}

TEST_CASE("distributed.json is that of MPI, of torchrun, or of none") {
  CHECK(distributed("{}").empty());
  CHECK(distributed("null").empty());
  CHECK(distributed(R"({"process_count_per_node": 4, "mpi_additional_options": ["-x", "A=b c", "it's"]})") ==
        Dict({{"sagemaker_mpi_enabled", true},
              {"sagemaker_mpi_num_of_processes_per_host", 4},
              {"sagemaker_mpi_custom_mpi_options", "-x 'A=b c' 'it'\\''s'"}}));
  CHECK(distributed(R"({"process_count_per_node": null, "mpi_additional_options": null})") ==
        Dict({{"sagemaker_mpi_enabled", true},
              {"sagemaker_mpi_num_of_processes_per_host", Value()},
              {"sagemaker_mpi_custom_mpi_options", Value()}}));
  CHECK_FALSE(distributed(R"({"_type": "mpi"})") == distributed(R"({"_type": "torchrun"})"));
  CHECK(distributed(R"({"process_count_per_node": 2, "smp": null, "_type": "torchrun"})") ==
        Dict({{"sagemaker_torch_distributed_enabled", true},
              {"sagemaker_torch_distributed_num_of_processes_per_host", 2}}));
}

TEST_CASE("a malformed file is told by its name") {
  for (const char* bad : {"[]", R"({"process_count_per_node": "4"})", R"({"process_count_per_node": -1})",
                          R"({"mpi_additional_options": "-x A"})", R"({"mpi_additional_options": [1]})",
                          R"({"driver_script": "mine.py"})"}) {
    INFO(bad);
    const MockJob mock;
    mock.distributed(bad);
    const auto failure = failure_of([&] { load(mock.options); });
    REQUIRE(failure.has_value());
    CHECK(failure->cause == Cause::bad_config);
    CHECK(contains(failure->what, "sm_drivers/distributed.json"));
  }
  for (const char* bad : {"[]", R"({"entry_script": 1})", R"({"requirements": []})"}) {
    INFO(bad);
    const MockJob mock;
    mock.source_code(bad);
    const auto failure = failure_of([&] { load(mock.options); });
    REQUIRE(failure.has_value());
    CHECK(failure->cause == Cause::bad_config);
    CHECK(contains(failure->what, "sm_drivers/sourcecode.json"));
  }
}

TEST_CASE("distributed.json chooses the engine where no hyperparameter does, and is no framework parameter") {
  MockJob mock;
  mock.options.program = "train.py";
  mock.distributed(R"({"process_count_per_node": 3})");
  const auto environment_of = [&] {
    const Job job = load(mock.options);
    const Environment environment = create_environment(job, {}, mock.options.paths);
    CHECK(environment.additional_framework_parameters.find("sagemaker_torch_distributed_enabled") == nullptr);
    return with_distribution(environment, job.distribution);
  };
  const Engine engine = choose_engine(environment_of(), std::nullopt);
  CHECK(engine.distribution == Distribution::torchrun);
  CHECK(engine.cluster.processes_per_host == 3);
  mock.hyperparameters(R"({"sagemaker_mpi_enabled": "true"})");
  CHECK(choose_engine(environment_of(), std::nullopt).distribution == Distribution::mpi);
  CHECK(choose_engine(environment_of(), std::nullopt).cluster.processes_per_host == 1);
}
