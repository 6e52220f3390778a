#pragma once

#include <string>
#include <string_view>

namespace sm_train {

/// How a word stands out on a terminal.
enum class Style { bold, red, green, yellow };

/// The text in that style by the terminal's escape sequences (ECMA-48, "Select Graphic Rendition"), or as it
/// is where there is no colour (see has_colour).
std::string styled(std::string_view text, Style style, bool has_colour);

}  // namespace sm_train
