#pragma once

#include <string>
#include <string_view>

namespace sm_train {

// Which options a Python program takes, as far as its text tells. It may be wrong, so nothing but a
// convenience depends on it.

/// The program imports a parser that refuses options it does not know: argparse, click, typer, absl.flags,
/// fire, transformers' HfArgumentParser and their like.
bool imports_option_parser(std::string_view python_source);

/// The text declares an option `--name`: as "--name", as an absl flag "name", or, where a parser makes
/// options of Python names (typer, fire, HfArgumentParser, ...), as a parameter or a field of that name.
bool declares_option(std::string_view python_source, std::string_view name);

}  // namespace sm_train
