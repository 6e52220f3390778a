#include "subcommand.hpp"

#include <utility>

namespace sm_train {

bool Given::has(std::string_view name) const {
  return own.contains(name);
}

std::optional<std::string> Given::text(std::string_view name) const {
  const auto found = own.find(name);
  if (found == own.end() || found->second.empty()) return std::nullopt;
  return found->second.back();
}

std::vector<std::string> Given::all(std::string_view name) const {
  const auto found = own.find(name);
  return found == own.end() ? std::vector<std::string>() : found->second;
}

std::vector<Setting> settings_of(const Subcommand& command) {
  if (command.settings == SettingsOf::job) return settings();
  std::vector<Setting> some;
  if (command.settings == SettingsOf::none) return some;
  for (const Setting& setting : settings())
    if (setting.of == SettingOf::train_and_fetch) some.push_back(setting);
  for (Setting& setting : some) setting.hyperparameter.clear();  // there is no job to have any
  return some;
}

std::vector<CommandOption> settings_as_options(const Subcommand& command) {
  std::vector<CommandOption> options;
  for (const Setting& setting : settings_of(command))
    options.push_back(
        {.name = setting.option, .letter = "", .value_name = setting.value_name, .help = setting.help});
  return options;
}

std::vector<CommandOption> own_options(const Subcommand& command) {
  std::vector<CommandOption> options = command.options;
  options.push_back({.name = "--help", .letter = "-h", .value_name = "", .help = "Show what it takes"});
  return options;
}

std::vector<CommandOption> all_options(const Subcommand& command) {
  std::vector<CommandOption> options = own_options(command);
  for (CommandOption& option : settings_as_options(command)) options.push_back(std::move(option));
  return options;
}

}  // namespace sm_train
