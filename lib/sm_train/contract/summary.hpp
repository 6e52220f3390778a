#pragma once

#include <string>

#include "sm_train/contract/environment.hpp"

namespace sm_train {

/// One line for the log, before the program starts: what runs, where, and with what.
std::string summary(const Environment& environment);

}  // namespace sm_train
