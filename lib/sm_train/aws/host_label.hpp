#pragma once

#include <string_view>

namespace sm_train {

/// Lower-case letters, digits and dashes: safe to become one label of a host's name.
bool is_host_label(std::string_view text);

}  // namespace sm_train
