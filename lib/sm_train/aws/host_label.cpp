#include "sm_train/aws/host_label.hpp"

#include <algorithm>

namespace sm_train {

bool is_host_label(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace sm_train
