#pragma once

#include <string>
#include <string_view>

namespace sm_train {

/// The first line that a script named like `program` should have, where its extension is that of a language
/// that /bin/sh would misread: "#!/usr/bin/env Rscript" for "train.R". Empty for all others.
std::string_view interpreter_line(const std::string& program);

}  // namespace sm_train
