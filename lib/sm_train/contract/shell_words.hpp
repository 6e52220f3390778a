#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sm_train {

/// The words of a command line as POSIX's sh splits them, with its quotes and backslashes and with none of
/// its expansions: `$`, `*`, `~`, `#`, `;` and `|` mean themselves. Nothing where a quote is not closed or a
/// backslash stands at the end.
/// Source: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html#tag_18_02
std::optional<std::vector<std::string>> split_shell_words(std::string_view text);

/// The word as one that split_shell_words reads back: between single quotes, unless it is plain.
std::string shell_word(std::string_view word);

}  // namespace sm_train
