#include "sm_train/contract/style.hpp"

#include <fmt/format.h>

namespace sm_train {

namespace {

int parameter_of(Style style) {
  switch (style) {
    case Style::bold:
      return 1;
    case Style::red:
      return 31;
    case Style::green:
      return 32;
    case Style::yellow:
      return 33;
  }
  return 0;
}

}  // namespace

std::string styled(std::string_view text, Style style, bool has_colour) {
  return has_colour ? fmt::format("\x1b[{}m{}\x1b[0m", parameter_of(style), text) : std::string(text);
}

}  // namespace sm_train
