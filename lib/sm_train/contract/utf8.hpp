#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sm_train {

/// The number of code points in valid UTF-8.
std::size_t characters_of(std::string_view utf8);

/// The longest prefix of `text` with at most `characters` code points; bytes that are no UTF-8 become U+FFFD.
std::string clip_utf8(std::string_view text, std::size_t characters);

}  // namespace sm_train
