#include "sm_train/stages/fault.hpp"

#include <filesystem>
#include <string>

#include "sm_train/system/files.hpp"

namespace sm_train {

Failure fault_of(const std::exception& error) {
  if (const auto* known = dynamic_cast<const Error*>(&error)) return known->failure();
  if (const auto* file = dynamic_cast<const std::filesystem::filesystem_error*>(&error))
    return errno_failure(file->code().value(), Access::read, "use " + file->path1().native());
  return {.cause = Cause::internal,
          .what = std::string("sm-train failed in a way that it does not know: ") + error.what() + ".",
          .remedy = "Please report this as a bug."};
}

}  // namespace sm_train
