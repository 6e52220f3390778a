#include "sm_train/python/package.hpp"

#include <system_error>

#include "sm_train/contract/failure.hpp"
#include "sm_train/python/scripts.hpp"
#include "sm_train/system/files.hpp"

namespace fs = std::filesystem;

namespace sm_train {

void write_python_package(const fs::path& directory) {
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
