#pragma once

#include <filesystem>
#include <vector>

#include "sm_train/contract/failure_report/volume.hpp"

namespace sm_train {

/// The volumes of these directories, in their order. One that is not there, or lies on a volume that is
/// read-only or has no size to tell, is left out.
std::vector<Volume> volumes_of(const std::vector<std::filesystem::path>& directories);

}  // namespace sm_train
