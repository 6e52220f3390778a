#pragma once

#include <string>
#include <string_view>

namespace sm_train {

/// What a service says, as it may stand in a message: on one line, without what a terminal would obey, and no
/// longer than 300 bytes.
std::string one_line(std::string_view text);

/// A file's name, as it may stand in a message: whole, in quotes, with \xNN for what a terminal would obey.
std::string in_quotes(std::string_view name);

/// The same, but without quotes where it needs none.
std::string plain_or_quoted(const std::string& name);

}  // namespace sm_train
