#include "sm_train/stages/job_variables.hpp"

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/files.hpp"
#include "support/trees.hpp"

using namespace sm_train;
using namespace sm_train::test;
namespace fs = std::filesystem;

namespace {

struct MockJob {
  TempDir directory;
  Options options = {.paths = {.root = fs::canonical(directory.path())}};

  explicit MockJob(const std::string& hyperparameters = "{}", EnvVars environment = {}) {
    options.environment = std::move(environment);
    put_file(options.paths.hyperparameters(), hyperparameters);
    put_file(options.paths.resource_config(), R"({"current_host": "algo-1", "hosts": ["algo-1", "algo-2"]})");
    put_file(options.paths.input_data_config(), R"({"training": {}})");
  }

  /// Nothing is changed meanwhile.
  EnvVars variables() const {
    const Tree before = tree_of(directory.path());
    EnvVars found = job_variables(options);
    CHECK(tree_of(directory.path()) == before);
    return found;
  }
};

}  // namespace

TEST_CASE("a job without a program and without code has the variables of its program") {
  const MockJob mock(R"({"lr": "0.1"})", {{"HOME", "/root"}, {"PATH", "/bin"}});
  const EnvVars variables = mock.variables();
  CHECK(variables.at("SM_HP_LR") == "0.1");
  CHECK(variables.at("SM_HOSTS") == R"(["algo-1","algo-2"])");
  CHECK(variables.at("SM_USER_ENTRY_POINT").empty());
  CHECK(variables.at("SM_USER_ARGS") ==
        R"(["--lr","0.1","--training",")" + mock.options.paths.channel("training") + R"("])");
  CHECK(variables.at("PYTHONPATH") == mock.options.paths.code());
  CHECK(variables.at("PYTHONUNBUFFERED") == "1");
  for (const char* name : {"HOME", "PATH", "SM_TRAIN_STARTED", "TF_CONFIG"}) CHECK(!variables.contains(name));
}

TEST_CASE("variables that are there already are given all the same, and the code is on PYTHONPATH once") {
  const EnvVars first = MockJob().variables();
  MockJob mock;
  mock.options.environment = mock.variables();
  CHECK(mock.variables().at("SM_HPS") == first.at("SM_HPS"));
  CHECK(mock.variables().at("PYTHONPATH") == mock.options.paths.code());
}

TEST_CASE("TF_CONFIG is given where the job has it and the environment does not") {
  const char* hyperparameters = R"({"sagemaker_parameter_server_enabled": "true"})";
  CHECK(MockJob(hyperparameters).variables().at("TF_CONFIG").starts_with("{"));
  CHECK(!MockJob(hyperparameters, {{"TF_CONFIG", "mine"}}).variables().contains("TF_CONFIG"));
}

TEST_CASE("a variable that no program could be passed is left out") {
  std::string hyperparameters = "{";
  for (int i = 0; i < 100; ++i)
    hyperparameters +=
        (i > 0 ? ", " : "") + ("\"h" + std::to_string(i)) + "\": \"" + std::string(2000, 'x') + "\"";
  const EnvVars variables = MockJob(hyperparameters + "}").variables();
  CHECK(variables.contains("SM_HP_H99"));
  CHECK(!variables.contains("SM_HPS"));
  CHECK(!variables.contains("SM_TRAINING_ENV"));
}

TEST_CASE("without a job there are no variables but an error") {
  const TempDir directory;
  CHECK_THROWS_WITH(job_variables({.paths = {.root = directory.path()}}), Catch::Contains("no job to run"));
}
