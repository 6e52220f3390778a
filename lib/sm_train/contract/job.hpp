#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sm_train/contract/value.hpp"

namespace sm_train {

/// The settings that arrive among the hyperparameters and are split off them. A null counts as absent.
/// Source: the SageMaker Python SDK and sagemaker-training's params.py.
struct Settings {
  std::optional<std::string> program;           ///< sagemaker_program
  std::optional<std::string> submit_directory;  ///< sagemaker_submit_directory
  std::optional<std::string> job_name;          ///< sagemaker_job_name
  std::optional<std::string> region;            ///< sagemaker_region
  std::optional<std::string> s3_output;         ///< sagemaker_s3_output
  std::optional<std::string> requirements;      ///< of sourcecode.json: below the code directory
  std::optional<Value> log_level;   ///< sagemaker_container_log_level: a number or a name, as it was given
  bool cloudwatch_metrics = false;  ///< sagemaker_enable_cloudwatch_metrics
};

/// hyperparameters.json, decoded and split in three.
struct Hyperparameters {
  Dict user;       ///< what becomes flags and SM_HP_* variables, in file order
  Dict framework;  ///< the other sagemaker_* ones (SM_FRAMEWORK_PARAMS)
  Settings settings;
};

struct InstanceGroup {
  std::string name;
  std::string instance_type;
  std::vector<std::string> hosts;
};

/// resourceconfig.json.
/// Source:
/// https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
struct ResourceConfig {
  std::string current_host;
  std::vector<std::string> hosts;
  std::string current_instance_type = "local";
  std::optional<std::string> current_group_name = "homogeneousCluster";  ///< null where the file says null
  std::optional<std::string> network_interface_name = "eth0";            ///< null where the file says null
  std::vector<InstanceGroup> instance_groups;
  Value instance_groups_dict;  ///< group name -> the group's object as it stands in the file
  Value topology = List{};
  Value whole;  ///< the file as it is (SM_RESOURCE_CONFIG)
};

/// What the platform says through variables.
struct Platform {
  std::optional<std::string> training_job_name;          ///< TRAINING_JOB_NAME
  std::optional<std::string> framework_module;           ///< SAGEMAKER_TRAINING_MODULE
  std::optional<std::string> model_parallel_parameters;  ///< SM_HP_MP_PARAMETERS, of a launcher around us
  std::string default_region;                            ///< where no sagemaker_region is given
};

/// SAGEMAKER_TRAINING_MODULE names a function to run in the program's place. The code then stays where it is:
/// such a function fetches and installs it itself, or asks for that (see the library's Training in Python).
bool runs_framework(const std::optional<std::string>& framework_module);

/// A file that may say something of the job.
struct ConfigFile {
  std::string path;
  bool is_there = false;
  std::string note;  ///< what counts where it is not there, or why it was not read; empty: it was
};

/// What SageMaker says of the job.
struct Job {
  Hyperparameters hyperparameters;
  ResourceConfig resources;
  Dict input_data_config;                     ///< channel name -> its settings
  std::optional<std::string> checkpoint_dir;  ///< LocalPath of checkpointconfig.json
  Platform platform;
  Dict distribution;  ///< of distributed.json: framework parameters that only the choice of the engine sees
  std::vector<ConfigFile> files;  ///< what it was read from, in that order
};

/// json.loads of a text; nothing where it is no JSON. The second argument names the text in an error.
using ParseJson = std::function<std::optional<Value>(std::string_view, const std::string&)>;

// Each takes the whole file as a Value and its path for messages, and throws Error{bad_config} that names
// path and key, what was found and what was expected.

/// A value that is a string is parsed as JSON, once; where it is none it stays a string.
Hyperparameters read_hyperparameters(const Value& file, const std::string& path, const ParseJson& parse);
ResourceConfig read_resource_config(const Value& file, const std::string& path);
/// The resource config of a job on this one machine, for where the file is missing.
ResourceConfig single_host_config(const std::string& host);
Dict read_input_data_config(const Value& file, const std::string& path);
std::optional<std::string> read_checkpoint_dir(const Value& file, const std::string& path);

}  // namespace sm_train
