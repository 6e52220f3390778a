#pragma once

#include "sm_train/contract/paths.hpp"
#include "sm_train/contract/value.hpp"
#include "sm_train/stages/doctor/finding.hpp"

namespace sm_train {

/// Whether the channels of the config have their directories, and these hold anything. A channel in Pipe mode
/// has none.
Finding check_channels(const Dict& input_data_config, const Paths& paths);

}  // namespace sm_train
