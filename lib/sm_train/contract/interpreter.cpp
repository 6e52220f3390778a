#include "sm_train/contract/interpreter.hpp"

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"

namespace sm_train {

const std::string& require_python(const Interpreter& python) {
  if (!python.path.empty()) return python.path;
  throw Error({.cause = Cause::not_found,
               .what = fmt::format("No Python interpreter was found: looked for {}.", python.looked_for),
               .remedy = "Install one in the image, or name it with --python or SM_TRAIN_PYTHON."});
}

}  // namespace sm_train
