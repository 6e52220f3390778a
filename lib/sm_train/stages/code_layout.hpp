#pragma once

#include <filesystem>
#include <string>

#include "sm_train/contract/code_layout.hpp"

namespace sm_train {

/// What lies in the code directory `directory`, and what `program`, its name in bytes, is there. Makes the
/// directory where there is none. Looks below its top only for a program that is not there, at no more than a
/// few thousand entries.
CodeLayout list_code(const std::filesystem::path& directory, const std::string& program);

}  // namespace sm_train
