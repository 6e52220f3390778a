#pragma once

#include <vector>

#include "subcommand.hpp"

namespace sm_train {

/// All commands, in the order in which a newcomer meets them. The first is what runs where none is named.
const std::vector<Subcommand>& subcommands();

}  // namespace sm_train
