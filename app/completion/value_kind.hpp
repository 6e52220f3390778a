#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sm_train {

/// What can stand for a value, as its name tells it (see subcommand.hpp).
enum class ValueKind { none, file, directory, choice };

ValueKind value_kind(std::string_view value_name);

/// Those of "auto|pip|uv", between blanks.
std::string choices_of(std::string_view value_name);

/// So much of a help text as stands beside a word in a list: up to its first pause.
std::string short_help(std::string_view help);

}  // namespace sm_train
