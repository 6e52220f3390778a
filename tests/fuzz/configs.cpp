// The config files of a job, from their bytes to the arguments and variables of a program.
//
// The input: hyperparameters.json, resourceconfig.json, inputdataconfig.json.

#include <string>

#include "sm_train/contract/arguments.hpp"
#include "sm_train/contract/env_vars.hpp"
#include "sm_train/contract/environment.hpp"
#include "sm_train/contract/job.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/system/json.hpp"
#include "support.hpp"

namespace sm_train::fuzz {

namespace {

/// A file as load() takes it: nothing at all is as no file.
Value file_of(std::string_view text, const std::string& name) {
  return text.empty() ? Value(Dict{}) : parse_json(text, name);
}

Job job_of(std::string_view input) {
  const auto [hyperparameters, resources, channels] = split<3>(input);
  Job job{.hyperparameters = read_hyperparameters(file_of(hyperparameters, "hyperparameters.json"),
                                                  "hyperparameters.json", try_parse_json),
          .resources = resources.empty() ? single_host_config("algo-1")
                                         : read_resource_config(parse_json(resources, "resourceconfig.json"),
                                                                "resourceconfig.json"),
          .input_data_config =
              read_input_data_config(file_of(channels, "inputdataconfig.json"), "inputdataconfig.json")};
  // Without a program there would be nothing more to see.
  if (job.hyperparameters.settings.program.value_or("").empty())
    job.hyperparameters.settings.program = "train.py";
  return job;
}

void check_json_text(std::string_view text) {
  const auto value = try_parse_json(text, "the text");
  if (!value) return;
  for (const auto write : {python_json, python_json_in_order})
    require(write(parse_json(write(*value), "the written JSON")) == write(*value),
            "written JSON reads back and is written the same");
  // NaN is not equal to itself.
  if (text.find("NaN") == std::string_view::npos)
    require(parse_json(python_json_in_order(*value), "the written JSON") == *value,
            "written JSON reads back as the same value");
}

void check_arguments(const Environment& environment) {
  for (const ArgumentStyle style : {ArgumentStyle::toolkit, ArgumentStyle::json})
    for (const BoolStyle bool_style : {BoolStyle::value, BoolStyle::flag, BoolStyle::no_flag}) {
      const auto args = to_cmd_args(environment, {.style = style, .bool_style = bool_style});
      require(args.size() <= 2 * environment.hyperparameters.size(),
              "a hyperparameter is no more than a flag and a value");
    }
  const auto args = to_cmd_args(environment);
  require(args.size() == 2 * environment.hyperparameters.size(), "each hyperparameter is a flag and a value");
  for (std::size_t i = 0; i < args.size(); i += 2)
    require(args[i].empty() || args[i].front() == '-', "a flag begins with a dash");
}

void check_variables(const Environment& environment) {
  const auto args = to_cmd_args(environment);
  const EnvVars variables = to_env_vars(environment, args);
  for (const auto& [name, value] : variables)
    require(!name.empty() && name.find('=') == std::string::npos, "a variable's name can be one");
  for (const char* name : {"SM_HPS", "SM_CHANNELS", "SM_HOSTS", "SM_FRAMEWORK_PARAMS"})
    require(python_json(parse_json(variables.at(name), name)) == variables.at(name), "a variable reads back");
  require(parse_json(variables.at("SM_USER_ARGS"), "SM_USER_ARGS") == Value(args),
          "SM_USER_ARGS reads back as the arguments");
  for (const auto& [name, value] : variables) os_bytes(value, name);
}

}  // namespace

void check(std::string_view input) {
  const std::vector<Cause> refusals = {Cause::bad_data, Cause::bad_config};
  for (const std::string_view text : split<3>(input)) refusal_of(refusals, [&] { check_json_text(text); });
  refusal_of(refusals, [&] {
    const Environment environment = create_environment(job_of(input), {}, {});
    check_arguments(environment);
    check_variables(environment);
  });
  if (input.find('\0') == std::string_view::npos)
    require(os_bytes(os_text(input), "the input") == input, "any bytes but NUL are kept by their text");
}

}  // namespace sm_train::fuzz
