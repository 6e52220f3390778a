#pragma once

#include <exception>

#include "sm_train/contract/failure.hpp"

namespace sm_train {

/// What an exception that nothing caught on its way up says, as a fault of the launcher's own.
Failure fault_of(const std::exception& error);

}  // namespace sm_train
