#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sm_train/contract/job.hpp"
#include "sm_train/contract/machine.hpp"
#include "sm_train/contract/paths.hpp"

namespace sm_train {

/// What a training program can know of its job: a snapshot that nothing changes. The fields carry the names
/// of the Python toolkit's `Environment`, and stand under them in SM_TRAINING_ENV. Texts are those of a Value
/// (see os_bytes).
struct Environment {
  std::string current_host;           ///< "algo-1"
  std::vector<std::string> hosts;     ///< of all instance groups
  std::string current_instance_type;  ///< "ml.m5.xlarge"; "local" where the config names none
  std::optional<std::string> current_instance_group;
  std::vector<std::string> current_instance_group_hosts;
  std::vector<std::string> instance_groups;     ///< the groups' names, in the order of the config
  Value instance_groups_dict;                   ///< name -> {hosts, instance_group_name, instance_type}
  Value distribution_instance_groups;           ///< the groups that take part in distributed training; a list
  std::vector<std::string> distribution_hosts;  ///< the hosts of those groups
  std::string master_hostname;                  ///< the first of distribution_hosts, else of hosts
  bool is_master = true;
  bool is_hetero = false;  ///< more than one instance group
  std::optional<std::string> network_interface_name;
  Value topology;

  Dict hyperparameters;                  ///< the user's own, in file order
  Dict additional_framework_parameters;  ///< sagemaker_* ones that are no settings
  Dict input_data_config;
  Value resource_config;
  std::vector<std::pair<std::string, std::string>>
      channel_input_dirs;  ///< channel -> directory, in file order

  std::string input_dir;
  std::string input_config_dir;
  std::string input_data_dir;
  std::string model_dir;
  std::string output_dir;
  std::string output_data_dir;
  std::string output_intermediate_dir;
  std::string output_failure;  ///< the file
  std::string code_dir;
  std::optional<std::string> checkpoint_dir;
  std::string module_dir;  ///< where the code comes from: sagemaker_submit_directory, else the code directory

  std::string user_entry_point;  ///< the program as it was given: "train.py"
  std::string module_name;       ///< the same without a trailing ".py"
  std::optional<std::string> framework_module;
  std::optional<std::string> job_name;
  std::string sagemaker_job_name;
  std::string sagemaker_region;
  int log_level = 20;  ///< as Python's logging: 10 debug, 20 info, 30 warning, 40 error, 50 critical
  Machine machine;
  std::optional<std::string> model_parallel_parameters;
};

/// What becomes of a job that names no program.
enum class MissingProgram {
  refused,  ///< there is nothing to run
  empty,    ///< its name is empty: nothing is to be run
};

/// Throws Error{bad_config} where the job names no program, and that is refused.
Environment create_environment(const Job& job, const Machine& machine, const Paths& paths,
                               MissingProgram missing = MissingProgram::refused);

/// Python's number for a level given as number, "20" or "INFO"; nothing for what is no level.
std::optional<int> log_level_number(const Value& level);

}  // namespace sm_train
