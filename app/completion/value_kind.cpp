#include "completion/value_kind.hpp"

#include <algorithm>

namespace sm_train {

ValueKind value_kind(std::string_view value_name) {
  if (value_name.find('|') != std::string_view::npos) return ValueKind::choice;
  if (value_name.find("FILE") != std::string_view::npos) return ValueKind::file;
  return value_name == "DIR" ? ValueKind::directory : ValueKind::none;
}

std::string choices_of(std::string_view value_name) {
  std::string choices(value_name);
  std::replace(choices.begin(), choices.end(), '|', ' ');
  return choices;
}

std::string short_help(std::string_view help) {
  return std::string(help.substr(0, help.find_first_of(";:")));
}

}  // namespace sm_train
