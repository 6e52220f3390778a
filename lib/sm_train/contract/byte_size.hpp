#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sm_train {

/// Reads a number of bytes as people write it: digits, and a K, M, G or T (of either case) for so many times
/// 1024, 1024^2 and so on. Nothing where the text is anything else, or more than 64 bits hold.
std::optional<std::uint64_t> parse_byte_size(std::string_view text);

/// For people: "0 B", "1023 B", "1.0 KiB", "1.5 GiB".
std::string byte_size_text(std::uint64_t bytes);

}  // namespace sm_train
