#include "sm_train/python/package.hpp"

#include <string>
#include <system_error>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/python/scripts.hpp"
#include "sm_train/system/files.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

void refuse_to_replace_another(const fs::path& directory) {
  const fs::path file = directory / "sagemaker_containers/__init__.py";
  std::error_code error;
  if (!fs::exists(file, error) || read_file(file).find("sm_train_library") != std::string::npos) return;
  throw Error(
      {.cause = Cause::cannot_create,
       .what = fmt::format("{} is of another package of that name, which is not replaced.", file.native()),
       .remedy = "Write ours into another directory, or leave it out: the other one is imported anyway."});
}

}  // namespace

void write_python_package(const fs::path& directory) {
  refuse_to_replace_another(directory);
  for (const PythonFile& each : python_package_files) {
    const fs::path file = directory / each.path;
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    if (error)
      throw Error(errno_failure(error.value(), Access::write, "make " + file.parent_path().native()));
    write_file_atomically(file, each.text);
  }
}

}  // namespace sm_train
