#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sm_train {

/// Nothing but blanks and tabs.
bool is_blank(std::string_view line);

/// Begins with a blank or a tab.
bool is_indented(std::string_view line);

/// The lines from `start` on, before `end`; both are clipped to what there is.
std::vector<std::string> part(const std::vector<std::string>& lines, std::size_t start,
                              std::size_t end = std::string::npos);

/// The lines with "\n" between them.
std::string joined(const std::vector<std::string>& lines);

}  // namespace sm_train
