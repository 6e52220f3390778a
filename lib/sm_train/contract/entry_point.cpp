#include "sm_train/contract/entry_point.hpp"

namespace sm_train {

namespace {

/// The Python toolkit removes every ".py" from a package's program, and not just the last.
std::string package_module(std::string program) {
  for (std::size_t at = program.find(".py"); at != std::string::npos; at = program.find(".py", at))
    program.erase(at, 3);
  return program;
}

/// What the Python toolkit does in its own process. The function's name is checked before anything starts.
constexpr char call_framework[] =
    "import importlib, os\n"
    "module, function = os.environ['SM_FRAMEWORK_MODULE'].split(':')\n"
    "getattr(importlib.import_module(module), function)()\n";

/// A name that an interpreter could take for an option is given as a path.
std::string script_path(const std::string& program) {
  return program.starts_with('-') ? "./" + program : program;
}

}  // namespace

EntryPointKind choose_entry_point(const std::string& program, const CodeLayout& code) {
  if (program.ends_with(".sh")) return EntryPointKind::command;
  if (code.has_setup_py || code.pyproject_makes_package) return EntryPointKind::python_package;
  return program.ends_with(".py") ? EntryPointKind::python_script : EntryPointKind::command;
}

std::vector<std::string> entry_point_argv(EntryPointKind kind, const std::string& program,
                                          const std::string& python) {
  switch (kind) {
    case EntryPointKind::python_package:
      return {python, "-m", package_module(program)};
    case EntryPointKind::python_script:
      return {python, script_path(program)};
    case EntryPointKind::framework:
      return {python, "-c", call_framework};
    case EntryPointKind::command:
      return {program.starts_with('/') ? program : "./" + program};
  }
  return {};
}

}  // namespace sm_train
