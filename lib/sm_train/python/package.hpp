#pragma once

#include <filesystem>

namespace sm_train {

/// Writes the Python package of this library into a directory, for PYTHONPATH: `sagemaker_containers`, which
/// gives way to an installed one, and what runs functions. Throws Error: cannot_create (also where
/// another package of that name lies there), denied or io.
void write_python_package(const std::filesystem::path& directory);

}  // namespace sm_train
