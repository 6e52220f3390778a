#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sm_train/contract/environment.hpp"

namespace sm_train {

enum class ArgumentStyle {
  toolkit,  ///< sorted by key, values as Python's str() writes them: what the Python toolkit passes
  json,     ///< in file order, values as JSON and strings as they are: what the newer SageMaker SDK passes
};

enum class BoolStyle {
  value,    ///< `--x True`
  flag,     ///< `--x`, and nothing for false: argparse's store_true
  no_flag,  ///< `--x`, and `--no-x` for false: argparse's BooleanOptionalAction
};

struct ArgumentOptions {
  ArgumentStyle style = ArgumentStyle::toolkit;
  BoolStyle bool_style = BoolStyle::value;
};

/// A value as an argument.
std::string argument_text(const Value& value, ArgumentStyle style);

/// The flag of a hyperparameter or channel: `--name`, `-k` for a name of one character, empty for an empty
/// one;
/// `--no-k` with the prefix `no-`.
std::string flag_of(const std::string& name, const std::string& prefix = "");

/// The hyperparameters as flags: `--name value`, `-k value` for a name of one character.
std::vector<std::string> to_cmd_args(const Environment& environment, const ArgumentOptions& options = {});

/// The channels as flags: `--training /opt/ml/input/data/training`, in file order, but those whose name is a
/// hyperparameter's and those that `wanted(channel, flag)` does not want.
std::vector<std::string> to_channel_args(
    const Environment& environment,
    const std::function<bool(const std::string&, const std::string&)>& wanted);

}  // namespace sm_train
