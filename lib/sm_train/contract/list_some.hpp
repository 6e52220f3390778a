#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sm_train {

/// "a, b, c", and of more than 20 names the first, "and 7 more".
std::string list_some(const std::vector<std::string>& names, std::string_view separator = ", ");

}  // namespace sm_train
