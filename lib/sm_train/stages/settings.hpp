#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sm_train/stages/options.hpp"
#include "sm_train/system/process_env.hpp"

namespace sm_train {

/// Which commands take a setting.
enum class SettingOf { train, train_and_fetch };

/// A setting in its three spellings. The first that is given counts: the option, then the variables in this
/// order; the hyperparameter is read with the job.
struct Setting {
  std::string group;  ///< the heading that it stands below
  std::string option;
  std::string value_name;  ///< empty: a flag, which means "true"
  std::vector<std::string> variables;
  std::string hyperparameter;  ///< empty: none
  SettingOf of = SettingOf::train;
  std::string help;
  std::function<void(Options&, const std::string&)>
      set;  ///< throws std::invalid_argument that says what is expected, or Error
};

/// All of them; the base path comes first.
const std::vector<Setting>& settings();

/// The text that the command line has for a setting, by its place in settings().
using GivenOption = std::function<std::optional<std::string>(std::size_t setting)>;

/// Sets all of them, the base path first: what is wrong with another one can then be reported below it.
/// Throws Error as apply_first does.
void apply_settings(Options& options, const GivenOption& given);

/// What the variables of `environment` say, as for a command line without options. Throws Error as
/// apply_first does.
Options options_from_environment(EnvVars environment = process_env_vars());

/// Where else it can be given: "SAGEMAKER_PROGRAM; hyperparameter sagemaker_program".
std::string other_spellings(const Setting& setting);

/// Sets it to `value`, which is the option's where the command line has it, else to that of the first
/// variable that is set. Throws Error: usage where the text is none of what is expected, and what
/// Setting::set throws.
void apply_first(const Setting& setting, const std::optional<std::string>& value, Options& options);

}  // namespace sm_train
