#pragma once

#include <span>

namespace sm_train {

// Made by scripts/generate-unicode-tables out of Python's unicodedata (Unicode 14.0).

struct UpperCase {
  char32_t from;
  const char* to;  ///< UTF-8, one to three code points
};
extern const std::span<const UpperCase> upper_case_table;  ///< sorted by `from`

struct CodePointRange {
  char32_t first;
  char32_t last;  ///< inclusive
};
extern const std::span<const CodePointRange> unprintable_table;  ///< sorted

}  // namespace sm_train
