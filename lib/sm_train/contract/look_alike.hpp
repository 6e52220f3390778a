#pragma once

#include <string>
#include <vector>

namespace sm_train {

/// Those of `files`, relative paths, that someone who wrote `name` may have meant, at most three and those at
/// the top first: of the same name elsewhere, in other case, with another extension, or with one or two
/// letters wrong. "pkg.train" counts as pkg/train.py too. Names are of any bytes.
std::vector<std::string> look_alikes(const std::string& name, const std::vector<std::string>& files);

}  // namespace sm_train
