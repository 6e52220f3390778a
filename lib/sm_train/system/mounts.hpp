#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace sm_train {

/// The mount points below `directory` (an absolute path without links) that `mountinfo` lists.
/// Source: proc(5), /proc/PID/mountinfo
std::vector<std::filesystem::path> mounts_below(const std::filesystem::path& directory,
                                                std::string_view mountinfo);

/// Those of this process; none where /proc is not there to tell.
std::vector<std::filesystem::path> mounts_below(const std::filesystem::path& directory);

}  // namespace sm_train
