#pragma once

#include <string>
#include <string_view>

namespace sm_train {

/// What a service says, as it may stand in a message: on one line, without what a terminal would obey, and no
/// longer than 300 bytes.
std::string one_line(std::string_view text);

}  // namespace sm_train
