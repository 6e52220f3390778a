// Which options a Python program declares.
//
// The input: the name of an option, and the program.

#include "sm_train/contract/option_parsers.hpp"

#include <algorithm>
#include <string>

#include "support.hpp"

namespace sm_train::fuzz {

namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

void check(std::string_view input) {
  const auto [name, program] = split<2>(input);
  if (imports_option_parser(program))
    require(contains(program, "import") || contains(program, "from") || contains(program, "HfArgumentParser"),
            "no parser is imported without an import");
  std::string identifier(name);
  std::replace(identifier.begin(), identifier.end(), '-', '_');
  if (declares_option(program, name))
    require(contains(program, name) || contains(program, identifier), "what is declared stands there");

  const std::string before = std::string(program) + "\n";
  for (const char* line : {"import argparse", "  from typer import Option", "import os, click"})
    require(imports_option_parser(before + line), "a line's import counts, whatever is before it");
  const std::string flag = (name.size() == 1 ? "-" : "--") + std::string(name);
  require(declares_option(before + "add_argument(\"" + flag + "\")", name), "an argument is declared");
  require(declares_option(before + "DEFINE_string('" + std::string(name) + "'", name),
          "an absl flag is declared");
}

}  // namespace sm_train::fuzz
