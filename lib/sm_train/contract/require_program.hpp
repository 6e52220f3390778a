#pragma once

#include <string>

#include "sm_train/contract/code_layout.hpp"
#include "sm_train/contract/entry_point.hpp"

namespace sm_train {

/// Throws Error where `program` cannot be run as `kind` for what the code holds: bad_config where it names no
/// place in the code, not_found where nothing of that name is there, with what may have been meant, and
/// not_executable where neither the kernel nor a shell could make anything of it. What a package holds is not
/// known before it is installed.
void require_program(const std::string& program, EntryPointKind kind, const CodeLayout& code);

}  // namespace sm_train
