#pragma once

#include <string>
#include <string_view>

#include "sm_train/contract/value.hpp"

namespace sm_train {

// How Python writes values, to the letter: what programs find in their arguments and variables.
// Sources: CPython 3.11, Objects/floatobject.c (float_repr), Objects/unicodeobject.c (unicode_repr),
// Lib/json/encoder.py.

/// repr(float): the shortest digits that read back as the same double; 1.0, 1e-05, 1e+16, inf, -inf, nan.
std::string python_float(double number);

/// repr(value): as a value looks inside a printed list.
std::string python_repr(const Value& value);

/// str(value), but "" for null, as the Python toolkit writes an argument.
std::string python_str(const Value& value);

/// json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True); NaN and Infinity are bare.
std::string python_json(const Value& value);

/// json.dumps(value): in file order, with a space after each comma and colon.
std::string python_json_in_order(const Value& value);

/// os.fsdecode(bytes): the text of a path, an argument or a variable. A byte that is no UTF-8 becomes a lone
/// surrogate U+DC80 to U+DCFF (PEP 383), so that os_bytes gives it back.
std::string os_text(std::string_view bytes);

/// os.fsencode(text): the bytes for an argument or a variable. A lone surrogate U+DC80 to U+DCFF stands for
/// the raw byte 80 to FF (PEP 383). Throws Error{bad_config} that names `what` for another lone surrogate,
/// and for U+0000.
std::string os_bytes(std::string_view text, std::string_view what);

}  // namespace sm_train
