#include "sm_train/contract/job.hpp"

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/system/json.hpp"

using namespace sm_train;

namespace {

const std::string file = "/opt/ml/input/config/x.json";

Hyperparameters hyperparameters(const std::string& text) {
  return read_hyperparameters(parse_json(text, file), file, try_parse_json);
}

ResourceConfig resources(const std::string& text) {
  return read_resource_config(parse_json(text, file), file);
}

Failure failure_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.failure();
  }
  FAIL("nothing was refused");
  return {};
}

}  // namespace

TEST_CASE("a hyperparameter's string is parsed as JSON once, and kept where it is none") {
  const Dict user =
      hyperparameters(R"({"a": "1e-5", "b": "\"1\"", "c": "adam", "d": "{\"x\": \"2\"}", "e": ["3"]})").user;
  CHECK(python_json(user) == R"({"a":1e-05,"b":"1","c":"adam","d":{"x":"2"},"e":["3"]})");
}

TEST_CASE("settings and framework parameters are split off the user's hyperparameters") {
  const Hyperparameters h = hyperparameters(
      R"({"lr": "0.1", "sagemaker_program": "\"train.py\"", "sagemaker_mpi_enabled": "true", "sagemaker_region": "\"eu-west-1\"",
          "_tuning_objective_metric": "\"loss\"", "sagemaker_job_name": "2024", "sagemaker_submit_directory": "null"})");
  CHECK(python_json(h.user) == R"({"lr":0.1})");
  CHECK(python_json(h.framework) == R"({"sagemaker_mpi_enabled":true})");
  CHECK(h.settings.program == "train.py");
  CHECK(h.settings.region == "eu-west-1");
  CHECK(h.settings.job_name == "2024");
  CHECK_FALSE(h.settings.submit_directory);
}

TEST_CASE("a hyperparameters file that is no object names what it is") {
  const Failure failure = failure_of([] { hyperparameters("[1]"); });
  CHECK(failure.cause == Cause::bad_config);
  CHECK(failure.what == file + ": the file must be an object, found a list.");
}

TEST_CASE("a wrong type in the resource config is told with the way to it") {
  CHECK(failure_of([] { resources(R"({"current_host": 1, "hosts": ["a"]})"); }).what ==
        file + ": key \"current_host\" must be a string, found a number.");
  CHECK(failure_of([] { resources(R"({"current_host": "a"})"); }).what ==
        file + ": key \"hosts\" must be a list of strings, found nothing.");
  CHECK(failure_of([] { resources(R"({"current_host": "a", "hosts": []})"); }).what ==
        file + ": key \"hosts\" must be a list of at least one host, found an empty list.");
  CHECK(
      failure_of([] {
        resources(
            R"({"current_host": "a", "hosts": ["a"], "instance_groups": [{"instance_group_name": "g", "hosts": ["a", null]}]})");
      }).what == file + ": key \"instance_groups[0].hosts[1]\" must be a string, found null.");
}

TEST_CASE("optional keys of the resource config have their defaults") {
  const ResourceConfig config =
      resources(R"({"current_host": "a", "hosts": ["a"], "current_instance_type": null})");
  CHECK(config.current_instance_type == "local");
  CHECK(config.current_group_name == "homogeneousCluster");
  CHECK(config.network_interface_name == "eth0");
  CHECK(config.instance_groups.empty());
  CHECK(python_json(config.topology) == "[]");
}

TEST_CASE("a null interface shows as a null, as it always has") {
  CHECK_FALSE(resources(R"({"current_host": "a", "hosts": ["a"], "network_interface_name": null})")
                  .network_interface_name);
}

TEST_CASE("a checkpoint config without a path means the platform's default") {
  CHECK(read_checkpoint_dir(parse_json(R"({"LocalPath": "/ckpt"})", file), file) == "/ckpt");
  CHECK(read_checkpoint_dir(parse_json("{}", file), file) == "/opt/ml/checkpoints");
}
