#include "sm_train/contract/environment.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/contract/unicode.hpp"

namespace sm_train {

namespace {

/// A framework parameter of these that is on makes the current instance group a distributed one.
constexpr std::array<std::string_view, 6> distribution_switches = {
    "sagemaker_distributed_dataparallel_enabled",
    "sagemaker_mpi_enabled",
    "sagemaker_multi_worker_mirrored_strategy_enabled",
    "sagemaker_parameter_server_enabled",
    "sagemaker_pytorch_ddp_enabled",
    "sagemaker_pytorch_xla_multi_worker_enabled",
};

Value optional_text(const std::optional<std::string>& text) {
  return text ? Value(*text) : Value();
}

Value find_distribution_groups(const Dict& framework, const ResourceConfig& resources) {
  if (const Value* groups = framework.find("sagemaker_distribution_instance_groups")) return *groups;
  const bool distributed =
      std::any_of(distribution_switches.begin(), distribution_switches.end(), [&](auto name) {
        const Value* value = framework.find(name);
        return value && is_true(*value);
      });
  return distributed ? List{optional_text(resources.current_group_name)} : List{};
}

std::vector<std::string> find_distribution_hosts(const Value& distribution_groups,
                                                 const ResourceConfig& resources) {
  if (resources.instance_groups.empty()) return resources.hosts;
  std::vector<std::string> hosts;
  const List* groups = distribution_groups.list();
  for (const InstanceGroup& group : resources.instance_groups)
    if (groups && std::find(groups->begin(), groups->end(), Value(group.name)) != groups->end())
      hosts.insert(hosts.end(), group.hosts.begin(), group.hosts.end());
  return hosts;
}

std::vector<std::string> find_current_group_hosts(const ResourceConfig& resources) {
  for (const InstanceGroup& group : resources.instance_groups)
    if (group.name == resources.current_group_name) return group.hosts;
  return {};
}

/// A framework's own function may do without one.
std::string find_program(const Job& job, MissingProgram missing) {
  std::string program = job.hyperparameters.settings.program.value_or("");
  const bool is_refused =
      missing == MissingProgram::refused && !runs_framework(job.platform.framework_module);
  if (program.empty() && is_refused)
    throw Error(
        {.cause = Cause::bad_config,
         .what = "The job names no program to run.",
         .remedy =
             "Set the hyperparameter sagemaker_program, the variable SAGEMAKER_PROGRAM, or --program."});
  return program;
}

}  // namespace

std::optional<int> log_level_number(const Value& level) {
  constexpr std::array<std::pair<std::string_view, int>, 7> names = {{{"CRITICAL", 50},
                                                                      {"FATAL", 50},
                                                                      {"ERROR", 40},
                                                                      {"WARNING", 30},
                                                                      {"WARN", 30},
                                                                      {"INFO", 20},
                                                                      {"DEBUG", 10}}};
  const std::string text = to_upper(python_str(level));
  for (const auto& [name, number] : names)
    if (text == name) return number;
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

Environment create_environment(const Job& job, const Machine& machine, const Paths& paths,
                               MissingProgram missing) {
  const ResourceConfig& resources = job.resources;
  const Settings& settings = job.hyperparameters.settings;
  const auto path_text = [](const std::filesystem::path& path) { return os_text(path.native()); };

  Environment e;
  e.user_entry_point = find_program(job, missing);
  e.current_host = resources.current_host;
  e.hosts = resources.hosts;
  e.current_instance_type = resources.current_instance_type;
  e.current_instance_group = resources.current_group_name;
  e.current_instance_group_hosts = find_current_group_hosts(resources);
  for (const InstanceGroup& group : resources.instance_groups) e.instance_groups.push_back(group.name);
  e.instance_groups_dict = resources.instance_groups_dict;
  e.distribution_instance_groups = find_distribution_groups(job.hyperparameters.framework, resources);
  e.distribution_hosts = find_distribution_hosts(e.distribution_instance_groups, resources);
  const auto& candidates = e.distribution_hosts.empty() ? e.hosts : e.distribution_hosts;
  e.master_hostname = candidates.empty() ? e.current_host : candidates.front();
  e.is_master = e.current_host == e.master_hostname;
  e.is_hetero = e.instance_groups.size() > 1;
  e.network_interface_name = resources.network_interface_name;
  e.topology = resources.topology;

  e.hyperparameters = job.hyperparameters.user;
  e.additional_framework_parameters = job.hyperparameters.framework;
  e.input_data_config = job.input_data_config;
  e.resource_config = resources.whole;
  for (const auto& [channel, config] : job.input_data_config)
    e.channel_input_dirs.emplace_back(channel, path_text(paths.input_data()) + "/" + channel);

  e.input_dir = path_text(paths.input());
  e.input_config_dir = path_text(paths.input_config());
  e.input_data_dir = path_text(paths.input_data());
  e.model_dir = path_text(paths.model());
  e.output_dir = path_text(paths.output());
  e.output_data_dir = path_text(paths.output_data());
  e.output_intermediate_dir = path_text(paths.output_intermediate());
  e.output_failure = path_text(paths.failure());
  e.code_dir = path_text(paths.code());
  e.checkpoint_dir = job.checkpoint_dir;
  e.module_dir = settings.submit_directory.value_or(e.code_dir);

  e.module_name = e.user_entry_point.ends_with(".py")
                      ? e.user_entry_point.substr(0, e.user_entry_point.size() - 3)
                      : e.user_entry_point;
  e.framework_module = job.platform.framework_module;
  e.job_name = job.platform.training_job_name;
  e.sagemaker_job_name = settings.job_name.value_or("");
  e.sagemaker_region = settings.region.value_or(job.platform.default_region);
  if (settings.log_level) e.log_level = log_level_number(*settings.log_level).value_or(e.log_level);
  e.machine = machine;
  e.model_parallel_parameters = job.platform.model_parallel_parameters;
  return e;
}

}  // namespace sm_train
