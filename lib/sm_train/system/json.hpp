#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sm_train/contract/value.hpp"

namespace sm_train {

/// Containers may be nested this deep: about where Python's own recursion limit ends.
inline constexpr std::size_t max_json_depth = 990;

/// json.loads(text) of Python: NaN and Infinity are numbers, integers have any size (but over 4,300 digits
/// are refused), of duplicate keys the last counts, lone surrogate escapes are kept. `text` must be UTF-8,
/// without a byte order mark. Throws Error{bad_data} that names `name`, the line, the column and what was
/// found.
Value parse_json(std::string_view text, const std::string& name);

/// The same where text that is no JSON is expected too: nothing for it. Nesting beyond max_json_depth still
/// throws Error{bad_config} that names `name`.
std::optional<Value> try_parse_json(std::string_view text, const std::string& name);

}  // namespace sm_train
