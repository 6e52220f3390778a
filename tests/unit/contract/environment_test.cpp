#include "sm_train/contract/environment.hpp"

#include "catch.hpp"
#include "sm_train/contract/arguments.hpp"
#include "sm_train/contract/env_vars.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/json.hpp"

using namespace sm_train;

namespace {

struct Files {
  std::string hyperparameters = R"({"sagemaker_program": "train.py"})";
  std::string resources = R"({"current_host": "algo-1", "hosts": ["algo-1", "algo-2"]})";
  std::string channels = "{}";
};

Environment environment_of(const Files& files) {
  return create_environment(
      {.hyperparameters = read_hyperparameters(parse_json(files.hyperparameters, "h"), "h", try_parse_json),
       .resources = read_resource_config(parse_json(files.resources, "r"), "r"),
       .input_data_config = read_input_data_config(parse_json(files.channels, "i"), "i")},
      {.num_cpus = 4, .num_gpus = 2}, {.root = "/opt/ml"});
}

std::string variable(const Environment& environment, const std::string& name) {
  const auto variables = to_env_vars(environment, {});
  const auto found = variables.find(name);
  return found == variables.end() ? "(unset)" : found->second;
}

const std::string hetero =
    R"({"current_host": "algo-2", "hosts": ["algo-1", "algo-2", "algo-3"], "current_group_name": "gB",
  "instance_groups": [{"instance_group_name": "gA", "instance_type": "p3", "hosts": ["algo-1"]},
                      {"instance_group_name": "gB", "instance_type": "c5", "hosts": ["algo-3", "algo-2"]}]})";

}  // namespace

TEST_CASE("a job without a program is refused with the ways to name one") {
  CHECK_THROWS_WITH(environment_of({.hyperparameters = "{}"}), Catch::Contains("sagemaker_program"));
}

TEST_CASE("a hyperparameter that a shell could not read has a second spelling") {
  const Environment e =
      environment_of({.hyperparameters = R"({"batch-size": "8", "sagemaker_program": "train.py"})"});
  CHECK(variable(e, "SM_HP_BATCH-SIZE") == "8");
  CHECK(variable(e, "SM_HP_BATCH_SIZE") == "8");
}

TEST_CASE("the second spelling never replaces a hyperparameter of that very name") {
  const Environment e =
      environment_of({.hyperparameters = R"({"a_b": "1", "a-b": "2", "sagemaker_program": "train.py"})"});
  CHECK(variable(e, "SM_HP_A_B") == "1");
  CHECK(variable(e, "SM_HP_A-B") == "2");
}

TEST_CASE("of hyperparameters equal in upper case the last in the file counts") {
  const Environment e =
      environment_of({.hyperparameters = R"({"lr": "1", "LR": "2", "sagemaker_program": "train.py"})"});
  CHECK(variable(e, "SM_HP_LR") == "2");
}

TEST_CASE("a hyperparameter with '=' in its name is refused, as no variable can carry it") {
  const Environment e =
      environment_of({.hyperparameters = R"({"a=b": "1", "sagemaker_program": "train.py"})"});
  CHECK_THROWS_WITH(to_env_vars(e, {}), Catch::Contains("\"a=b\""));
}

TEST_CASE("in a heterogeneous cluster the groups that are distributed give the hosts and the master") {
  const Environment e = environment_of(
      {.hyperparameters =
           R"({"sagemaker_program": "train.py", "sagemaker_distribution_instance_groups": "[\"gB\"]"})",
       .resources = hetero});
  CHECK(e.is_hetero);
  CHECK(e.distribution_hosts == std::vector<std::string>{"algo-3", "algo-2"});
  CHECK(e.master_hostname == "algo-3");
  CHECK_FALSE(e.is_master);
}

TEST_CASE("a distribution that is switched on takes the current group") {
  const Environment on = environment_of(
      {.hyperparameters = R"({"sagemaker_program": "train.py", "sagemaker_mpi_enabled": "true"})",
       .resources = hetero});
  CHECK(on.distribution_hosts == std::vector<std::string>{"algo-3", "algo-2"});
  const Environment off = environment_of(
      {.hyperparameters = R"({"sagemaker_program": "train.py", "sagemaker_mpi_enabled": "False"})",
       .resources = hetero});
  CHECK(off.distribution_hosts.empty());
  CHECK(off.master_hostname == "algo-1");
}

TEST_CASE("the newer SDK's names are there too") {
  const Environment e =
      environment_of({.resources = R"({"current_host": "algo-2", "hosts": ["algo-1", "algo-2"]})"});
  CHECK(variable(e, "SM_HOST_COUNT") == "2");
  CHECK(variable(e, "SM_CURRENT_HOST_RANK") == "1");
  CHECK(variable(e, "SM_MASTER_ADDR") == "algo-1");
  CHECK(variable(e, "SM_MASTER_PORT") == "7777");
  CHECK(variable(e, "SM_SOURCE_DIR") == "/opt/ml/code");
  CHECK(variable(e, "SM_ENTRY_SCRIPT") == "train.py");
  CHECK(variable(e, "SM_INPUT_DATA_DIR") == "/opt/ml/input/data");
  CHECK(variable(e, "SM_OUTPUT_FAILURE") == "/opt/ml/output/failure");
  CHECK(variable(e, "SM_CHECKPOINT_DIR") == "(unset)");
}

TEST_CASE("a log level is a number, a text of one, or a name") {
  CHECK(log_level_number("DEBUG") == 10);
  CHECK(log_level_number("warning") == 30);
  CHECK(log_level_number(Integer{"50"}) == 50);
  CHECK(log_level_number("0") == 0);
  CHECK_FALSE(log_level_number("LOUD"));
  CHECK_FALSE(log_level_number(1.5));
}

TEST_CASE("arguments are sorted by key and written as Python writes them") {
  const Environment e = environment_of(
      {.hyperparameters =
           R"({"x": "true", "lr": "1e-5", "d": "{\"b\": 1, \"a\": null}", "n": "null", "\u00df": "1", "sagemaker_program": "train.py"})"});
  CHECK(to_cmd_args(e) == std::vector<std::string>{"-d", "a=None,b=1", "--lr", "1e-05", "-n", "", "-x",
                                                   "True", "-\u00df", "1"});
}

TEST_CASE("in JSON style arguments keep the file's order and types") {
  const Environment e = environment_of(
      {.hyperparameters =
           R"({"x": "true", "lr": "1e-5", "d": "{\"b\": 1, \"a\": null}", "s": "text", "sagemaker_program": "train.py"})"});
  CHECK(
      to_cmd_args(e, {.style = ArgumentStyle::json}) ==
      std::vector<std::string>{"-x", "true", "--lr", "1e-05", "-d", R"({"b": 1, "a": null})", "-s", "text"});
}

TEST_CASE("booleans become flags in the style that the program's parser takes") {
  const Environment e = environment_of(
      {.hyperparameters = R"({"amp": "true", "x": "false", "sagemaker_program": "train.py"})"});
  CHECK(to_cmd_args(e, {.bool_style = BoolStyle::flag}) == std::vector<std::string>{"--amp"});
  CHECK(to_cmd_args(e, {.bool_style = BoolStyle::no_flag}) == std::vector<std::string>{"--amp", "--no-x"});
}

TEST_CASE("channels become arguments in file order, but not over a hyperparameter") {
  const Environment e = environment_of({.hyperparameters = R"({"b": "1", "sagemaker_program": "train.py"})",
                                        .channels = R"({"train": {}, "b": {}, "": {}, "a": null})"});
  CHECK(to_channel_args(e, [](auto&, auto&) { return true; }) ==
        std::vector<std::string>{"--train", "/opt/ml/input/data/train", "-a", "/opt/ml/input/data/a"});
}

TEST_CASE("a job that is made by hand has one host, and must name a program") {
  Job job;
  CHECK_THROWS_AS(create_environment(job, {}, {}), Error);
  job.hyperparameters.settings.program = "train.py";
  job.resources.current_host = "algo-1";
  CHECK(create_environment(job, {}, {}).master_hostname == "algo-1");
}
