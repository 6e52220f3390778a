#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sm_train {

/// What a program's option parser says that it does not take.
struct RefusedOption {
  enum class Why {
    unknown,  ///< no option has one of these names
    value,    ///< an option of one of these names does not take its value
  };
  Why why = Why::unknown;
  std::vector<std::string> words;  ///< as the message names them: "--lr", "x", "True"; the likeliest first
};

/// The refusal in what a program wrote: of argparse, click and typer, absl, fire, HfArgumentParser, getopt,
/// and the parsers of other languages that speak like these.
std::optional<RefusedOption> find_refused_option(std::string_view text);

}  // namespace sm_train
