#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sm_train {

/// Whether a word is a flag: "-k", "--lr".
bool is_flag(std::string_view word);

/// Where the first secret in a word begins that is given to a name (see is_secret), also behind other pairs:
/// "lr=0.1,api_key=...", `{"api_key": ...}`; npos without one.
std::size_t secret_value_in(std::string_view word);

/// A line of a program's output with the secrets masked that it gives to names: the word behind a flag with a
/// secret name, and the value of `name=value`, `"name": "value"` and `'name': 'value'` to its closing quote
/// or else the next blank.
std::string with_masked_pairs(std::string_view line);

}  // namespace sm_train
