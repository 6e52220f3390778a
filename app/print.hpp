#pragma once

#include <string_view>

namespace sm_train {

/// Writes all of a text to standard output. Throws Error{io} where that fails, but where nobody reads on:
/// whoever reads it is not to take a part for the whole.
void print(std::string_view text);

}  // namespace sm_train
