#include "sm_train/contract/list_some.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

namespace sm_train {

std::string list_some(const std::vector<std::string>& names, std::string_view separator) {
  constexpr std::size_t most = 20;
  const auto last = names.begin() + static_cast<std::ptrdiff_t>(std::min(most, names.size()));
  std::string text = fmt::format("{}", fmt::join(names.begin(), last, separator));
  if (names.size() > most) text += fmt::format(" and {} more", names.size() - most);
  return text;
}

}  // namespace sm_train
