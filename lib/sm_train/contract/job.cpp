#include "sm_train/contract/job.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/python_text.hpp"

namespace sm_train {

namespace {

/// A file and the way to a value in it, for messages.
struct Place {
  const std::string& path;
  std::string key;

  Place operator/(const std::string& name) const { return {path, key.empty() ? name : key + "." + name}; }
  Place operator[](std::size_t index) const { return {path, fmt::format("{}[{}]", key, index)}; }
};

[[noreturn]] void refuse(const Place& place, const std::string& expected, const std::string& found) {
  const std::string where = place.key.empty() ? "the file" : fmt::format("key \"{}\"", place.key);
  throw Error({.cause = Cause::bad_config,
               .what = fmt::format("{}: {} must be {}, found {}.", place.path, where, expected, found),
               .remedy = "Correct the file."});
}

const Dict& object_at(const Value& value, const Place& place) {
  if (!value.dict()) refuse(place, "an object", type_name(value));
  return *value.dict();
}

const List& list_at(const Value& value, const Place& place) {
  if (!value.list()) refuse(place, "a list", type_name(value));
  return *value.list();
}

const std::string& text_at(const Value& value, const Place& place) {
  if (!value.text()) refuse(place, "a string", type_name(value));
  return *value.text();
}

const Value& required(const Dict& dict, const std::string& key, const Place& place, const std::string& type) {
  const Value* value = dict.find(key);
  if (!value) refuse(place / key, type, "nothing");
  return *value;
}

std::vector<std::string> texts_at(const Value& value, const Place& place) {
  std::vector<std::string> texts;
  for (const Value& item : list_at(value, place)) texts.push_back(text_at(item, place[texts.size()]));
  return texts;
}

/// The value of a key that may be missing; a null counts as missing.
const Value* find_set(const Dict& dict, const std::string& key) {
  const Value* value = dict.find(key);
  return value && !value->is_null() ? value : nullptr;
}

/// Those of the sagemaker_* hyperparameters (and two without the prefix) that are settings of the launcher.
constexpr std::array<std::string_view, 9> setting_names = {
    "_tuning_objective_metric",
    "default_user_module_name",
    "sagemaker_container_log_level",
    "sagemaker_enable_cloudwatch_metrics",
    "sagemaker_job_name",
    "sagemaker_program",
    "sagemaker_region",
    "sagemaker_s3_output",
    "sagemaker_submit_directory",
};

Settings read_settings(const Dict& all, const Place& place) {
  const auto text = [&](const std::string& key) -> std::optional<std::string> {
    const Value* value = find_set(all, key);
    return value ? std::optional(text_at(*value, place / key)) : std::nullopt;
  };
  // A job name of digits alone arrives as a number.
  const auto printed = [&](const std::string& key) -> std::optional<std::string> {
    const Value* value = find_set(all, key);
    return value ? std::optional(python_str(*value)) : std::nullopt;
  };
  Settings settings{.program = text("sagemaker_program"),
                    .submit_directory = text("sagemaker_submit_directory"),
                    .job_name = printed("sagemaker_job_name"),
                    .region = printed("sagemaker_region"),
                    .s3_output = text("sagemaker_s3_output")};
  if (const Value* level = find_set(all, "sagemaker_container_log_level")) settings.log_level = *level;
  if (const Value* metrics = find_set(all, "sagemaker_enable_cloudwatch_metrics"))
    settings.cloudwatch_metrics = is_true(*metrics);
  return settings;
}

InstanceGroup read_instance_group(const Value& value, const Place& place) {
  const Dict& dict = object_at(value, place);
  const Value* type = find_set(dict, "instance_type");
  return {.name = text_at(required(dict, "instance_group_name", place, "a string"),
                          place / "instance_group_name"),
          .instance_type = type ? text_at(*type, place / "instance_type") : "",
          .hosts = texts_at(required(dict, "hosts", place, "a list of strings"), place / "hosts")};
}

}  // namespace

Hyperparameters read_hyperparameters(const Value& file, const std::string& path, const ParseJson& parse) {
  const Place place{path, ""};
  std::vector<Dict::Item> decoded;
  for (const auto& [key, value] : object_at(file, place)) {
    const std::string name = fmt::format("{}: the value of \"{}\"", path, key);
    const std::optional<Value> parsed = value.text() ? parse(*value.text(), name) : std::nullopt;
    decoded.emplace_back(key, parsed.value_or(value));
  }

  std::vector<Dict::Item> user;
  std::vector<Dict::Item> framework;
  for (const Dict::Item& item : decoded) {
    if (std::find(setting_names.begin(), setting_names.end(), item.first) != setting_names.end()) continue;
    (item.first.starts_with("sagemaker_") ? framework : user).push_back(item);
  }
  return {.user = Dict(std::move(user)),
          .framework = Dict(std::move(framework)),
          .settings = read_settings(Dict(std::move(decoded)), place)};
}

ResourceConfig read_resource_config(const Value& file, const std::string& path) {
  const Place place{path, ""};
  const Dict& dict = object_at(file, place);
  ResourceConfig config{
      .current_host = text_at(required(dict, "current_host", place, "a string"), place / "current_host"),
      .hosts = texts_at(required(dict, "hosts", place, "a list of strings"), place / "hosts"),
      .whole = file};
  if (config.hosts.empty()) refuse(place / "hosts", "a list of at least one host", "an empty list");

  // A null shows to programs as a null, as the Python toolkit shows it.
  const auto nullable = [&](const std::string& key, std::optional<std::string>& field) {
    if (const Value* value = dict.find(key))
      field = value->is_null() ? std::nullopt : std::optional(text_at(*value, place / key));
  };
  nullable("current_group_name", config.current_group_name);
  nullable("network_interface_name", config.network_interface_name);
  if (const Value* type = find_set(dict, "current_instance_type"))
    config.current_instance_type = text_at(*type, place / "current_instance_type");
  if (const Value* topology = dict.find("topology")) config.topology = *topology;

  std::vector<Dict::Item> groups;
  if (const Value* list = find_set(dict, "instance_groups")) {
    const Place groups_place = place / "instance_groups";
    for (const Value& group : list_at(*list, groups_place)) {
      config.instance_groups.push_back(
          read_instance_group(group, groups_place[config.instance_groups.size()]));
      groups.emplace_back(config.instance_groups.back().name, group);
    }
  }
  config.instance_groups_dict = Dict(std::move(groups));
  return config;
}

ResourceConfig single_host_config(const std::string& host) {
  Dict file;
  file.set("current_host", host);
  file.set("hosts", std::vector<std::string>{host});
  return {.current_host = host, .hosts = {host}, .instance_groups_dict = Dict{}, .whole = file};
}

Dict read_input_data_config(const Value& file, const std::string& path) {
  return object_at(file, {path, ""});
}

std::optional<std::string> read_checkpoint_dir(const Value& file, const std::string& path) {
  const Place place{path, ""};
  const Value* local_path = find_set(object_at(file, place), "LocalPath");
  return local_path ? text_at(*local_path, place / "LocalPath") : std::string("/opt/ml/checkpoints");
}

bool runs_framework(const std::optional<std::string>& framework_module) {
  return framework_module && !framework_module->empty();
}

}  // namespace sm_train
