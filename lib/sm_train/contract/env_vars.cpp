#include "sm_train/contract/env_vars.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/contract/unicode.hpp"

namespace sm_train {

namespace {

constexpr int master_port = 7777;  // as the newer SDK's MASTER_PORT

Value optional_text(const std::optional<std::string>& text) {
  return text ? Value(*text) : Value();
}

Dict channel_dirs(const Environment& e) {
  return Dict({e.channel_input_dirs.begin(), e.channel_input_dirs.end()});
}

/// Null where nothing says, "" where an empty text does, else whether there are parameters: as Python's `and`
/// gives it.
Value is_modelparallel_enabled(const std::optional<std::string>& parameters) {
  if (!parameters) return {};
  return parameters->empty() ? Value("") : Value(*parameters != "{}");
}

/// SM_TRAINING_ENV: what the Python toolkit's Environment holds, and nothing more.
Dict training_env(const Environment& e) {
  Dict d;
  d.set("additional_framework_parameters", e.additional_framework_parameters);
  d.set("channel_input_dirs", channel_dirs(e));
  d.set("current_host", e.current_host);
  d.set("current_instance_group", optional_text(e.current_instance_group));
  d.set("current_instance_group_hosts", e.current_instance_group_hosts);
  d.set("current_instance_type", e.current_instance_type);
  d.set("distribution_hosts", e.distribution_hosts);
  d.set("distribution_instance_groups", e.distribution_instance_groups);
  d.set("framework_module", optional_text(e.framework_module));
  d.set("hosts", e.hosts);
  d.set("hyperparameters", e.hyperparameters);
  d.set("input_config_dir", e.input_config_dir);
  d.set("input_data_config", e.input_data_config);
  d.set("input_dir", e.input_dir);
  d.set("instance_groups", e.instance_groups);
  d.set("instance_groups_dict", e.instance_groups_dict);
  d.set("is_hetero", e.is_hetero);
  d.set("is_master", e.is_master);
  d.set("is_modelparallel_enabled", is_modelparallel_enabled(e.model_parallel_parameters));
  d.set("is_smddpmprun_installed", e.machine.smddpmprun_installed);
  d.set("is_smddprun_installed", e.machine.smddprun_installed);
  d.set("job_name", optional_text(e.job_name));
  d.set("log_level", e.log_level);
  d.set("master_hostname", e.master_hostname);
  d.set("model_dir", e.model_dir);
  d.set("module_dir", e.module_dir);
  d.set("module_name", e.module_name);
  d.set("network_interface_name", optional_text(e.network_interface_name));
  d.set("num_cpus", e.machine.num_cpus);
  d.set("num_gpus", e.machine.num_gpus);
  d.set("num_neurons", e.machine.num_neurons);
  d.set("output_data_dir", e.output_data_dir);
  d.set("output_dir", e.output_dir);
  d.set("output_intermediate_dir", e.output_intermediate_dir);
  d.set("resource_config", e.resource_config);
  d.set("topology", e.topology);
  d.set("user_entry_point", e.user_entry_point);
  return d;
}

/// The variables that both the Python toolkit and we set.
EnvVars toolkit_variables(const Environment& e, const std::vector<std::string>& user_args) {
  std::set<std::string> channels;
  for (const auto& [channel, directory] : e.channel_input_dirs) channels.insert(channel);

  EnvVars vars;
  const auto set = [&](const char* name, const Value& value) {
    vars["SM_" + std::string(name)] = env_var_text(value);
  };
  set("CHANNELS", std::vector<std::string>(channels.begin(), channels.end()));
  set("CURRENT_HOST", e.current_host);
  set("CURRENT_INSTANCE_GROUP", optional_text(e.current_instance_group));
  set("CURRENT_INSTANCE_GROUP_HOSTS", e.current_instance_group_hosts);
  set("CURRENT_INSTANCE_TYPE", e.current_instance_type);
  set("DISTRIBUTION_INSTANCE_GROUPS", e.distribution_instance_groups);
  set("FRAMEWORK_MODULE", optional_text(e.framework_module));
  set("FRAMEWORK_PARAMS", e.additional_framework_parameters);
  set("HOSTS", e.hosts);
  set("HPS", e.hyperparameters);
  set("INPUT_CONFIG_DIR", e.input_config_dir);
  set("INPUT_DATA_CONFIG", e.input_data_config);
  set("INPUT_DIR", e.input_dir);
  set("INSTANCE_GROUPS", e.instance_groups);
  set("INSTANCE_GROUPS_DICT", e.instance_groups_dict);
  set("IS_HETERO", e.is_hetero);
  set("LOG_LEVEL", e.log_level);
  set("MODEL_DIR", e.model_dir);
  set("MODULE_DIR", e.module_dir);
  set("MODULE_NAME", e.module_name);
  set("NETWORK_INTERFACE_NAME", optional_text(e.network_interface_name));
  set("NUM_CPUS", e.machine.num_cpus);
  set("NUM_GPUS", e.machine.num_gpus);
  set("NUM_NEURONS", e.machine.num_neurons);
  set("OUTPUT_DATA_DIR", e.output_data_dir);
  set("OUTPUT_DIR", e.output_dir);
  set("OUTPUT_INTERMEDIATE_DIR", e.output_intermediate_dir);
  set("RESOURCE_CONFIG", e.resource_config);
  set("TRAINING_ENV", training_env(e));
  set("USER_ARGS", user_args);
  set("USER_ENTRY_POINT", e.user_entry_point);
  if (is_true(e.topology)) set("TOPOLOGY", e.topology);
  vars["CURRENT_HOST"] = e.current_host;
  vars["SAGEMAKER_JOB_NAME"] = e.sagemaker_job_name;
  vars["SAGEMAKER_REGION"] = e.sagemaker_region;
  return vars;
}

/// Names that the newer SageMaker SDK gives, and what only we know.
void add_newer_variables(const Environment& e, EnvVars& vars) {
  vars["SM_INPUT_DATA_DIR"] = e.input_data_dir;
  vars["SM_OUTPUT_FAILURE"] = e.output_failure;
  vars["SM_SOURCE_DIR"] = e.code_dir;
  vars["SM_ENTRY_SCRIPT"] = e.user_entry_point;
  vars["SM_MASTER_ADDR"] = e.master_hostname;
  vars["SM_MASTER_PORT"] = std::to_string(master_port);
  vars["SM_HOST_COUNT"] = std::to_string(e.hosts.size());
  const auto host = std::find(e.hosts.begin(), e.hosts.end(), e.current_host);
  if (host != e.hosts.end()) vars["SM_CURRENT_HOST_RANK"] = std::to_string(host - e.hosts.begin());
  if (e.checkpoint_dir) vars["SM_CHECKPOINT_DIR"] = *e.checkpoint_dir;
}

/// Hyperparameters and channels. Of names that become equal in upper case the last in file order counts.
EnvVars named_variables(const Environment& e) {
  EnvVars vars;
  const auto set = [&](const std::string& name, const std::string& what, const std::string& key,
                       const Value& value) {
    if (key.find('=') != std::string::npos)
      throw Error(
          {.cause = Cause::bad_config,
           .what = fmt::format("The {} \"{}\" has '=' in its name, which no variable can have.", what, key),
           .remedy = "Rename it."});
    vars[name + to_upper(key)] = env_var_text(value);
  };
  for (const auto& [channel, directory] : e.channel_input_dirs)
    set("SM_CHANNEL_", "channel", channel, directory);
  for (const auto& [key, value] : e.hyperparameters) set("SM_HP_", "hyperparameter", key, value);
  return vars;
}

/// The spelling that a shell keeps: SM_HP_A_B beside SM_HP_A-B. An exact name is never replaced by a spelling
/// of another.
void add_shell_spellings(EnvVars& vars) {
  EnvVars spellings;
  for (const auto& [name, value] : vars) {
    std::string spelling = name;
    std::replace_if(
        spelling.begin(), spelling.end(),
        [](char c) {
          return c != '_' && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9');
        },
        '_');
    if (spelling != name) spellings.emplace(spelling, value);
  }
  vars.merge(spellings);
}

}  // namespace

std::string env_var_text(const Value& value) {
  if (value.is_null()) return "";
  return value.text() ? *value.text() : python_json(value);
}

EnvVars to_env_vars(const Environment& environment, const std::vector<std::string>& user_args) {
  EnvVars vars = named_variables(environment);
  add_shell_spellings(vars);
  EnvVars fixed = toolkit_variables(environment, user_args);
  add_newer_variables(environment, fixed);
  fixed.merge(vars);
  return fixed;
}

}  // namespace sm_train
