#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sm_train {

/// Percent-encodes every byte but A-Z a-z 0-9 - . _ ~ (AWS's UriEncode); `keep_slash` for the key of an
/// object.
std::string uri_encode(std::string_view text, bool keep_slash = false);

/// The text with each `%` and its two hexadecimal digits as the byte that they are; nothing where a `%` has
/// no two of them.
std::optional<std::string> uri_decode(std::string_view text);

}  // namespace sm_train
