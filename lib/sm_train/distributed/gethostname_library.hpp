#pragma once

#include <string_view>

namespace sm_train {

/// The bytes of the shared library for LD_PRELOAD in which gethostname(2) gives SM_CURRENT_HOST.
std::string_view gethostname_library();

}  // namespace sm_train
