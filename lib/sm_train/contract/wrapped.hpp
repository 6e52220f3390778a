#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sm_train {

/// The width of what is written for people to read: a terminal of the usual width shows it whole.
constexpr std::size_t text_width = 80;

/// The words of a text in lines of at most text_width bytes, each with `indent` spaces before it and a
/// newline behind it. A word that is longer stands alone.
std::string wrapped(std::string_view text, std::size_t indent = 0);

}  // namespace sm_train
