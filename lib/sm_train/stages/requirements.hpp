#pragma once

#include <string>

#include "sm_train/contract/code_layout.hpp"

namespace sm_train {

/// The one that is taken where none is chosen.
inline constexpr const char* usual_requirements = "requirements.txt";

/// The requirements file of the code: `chosen`, below the code directory or absolute, else its
/// requirements.txt; empty where there is none. Throws Error: no_input where the chosen one is not there,
/// bad_data where it is no file or no text.
std::string find_requirements(const std::string& chosen, const CodeLayout& code);

}  // namespace sm_train
