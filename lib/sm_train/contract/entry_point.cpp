#include "sm_train/contract/entry_point.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "sm_train/contract/interpreter_line.hpp"

namespace sm_train {

namespace {

constexpr auto npos = std::string::npos;

/// "src/pkg/" is the module src.pkg. Nothing where a name has a dot of its own, or lies elsewhere.
std::string module_of_directory(const std::string& program) {
  std::string module = std::filesystem::path(program).lexically_normal();
  while (module.ends_with('/')) module.pop_back();
  if (module.starts_with('/') || module.find('.') != npos) return "";
  std::replace(module.begin(), module.end(), '/', '.');
  return module;
}

/// The Python toolkit removes every ".py" from a package's program, and not just the last. It knows no name
/// with a directory.
std::string package_module(std::string program) {
  if (program.find('/') != npos) return module_of_directory(program);
  for (std::size_t at = program.find(".py"); at != npos; at = program.find(".py", at)) program.erase(at, 3);
  return program;
}

/// A name that an interpreter could take for an option is given as a path.
std::string script_path(const std::string& program) {
  return program.starts_with('-') ? "./" + program : program;
}

/// A file that is there to be executed, by the look of it.
bool is_for_execution(const std::string& program, const ProgramFile& file) {
  using Kind = ProgramStart::Kind;
  return file.is_executable || file.start.kind == Kind::shebang || file.start.kind == Kind::elf ||
         !interpreter_line(program).empty();
}

EntryPointKind choose_in_package(const std::string& program, const ProgramFile& file) {
  // No module has a slash in its name, so such a one can only mean what lies there.
  const bool is_path = program.find('/') != npos;
  const bool is_python = program.ends_with(".py");
  if (is_path && file.is_file)
    return is_python ? EntryPointKind::script_of_package : EntryPointKind::command_of_package;
  if (is_path && file.has_main && module_of_directory(program).empty())
    return EntryPointKind::script_of_package;
  if (file.is_file && !file.is_module && !is_python && is_for_execution(program, file))
    return EntryPointKind::command_of_package;
  return EntryPointKind::python_package;
}

EntryPointKind choose_by_itself(const std::string& program, const ProgramFile& file) {
  if (file.has_main)
    return module_of_directory(program).empty() ? EntryPointKind::python_script
                                                : EntryPointKind::python_module;
  // "train" alone may mean a file of any language, and is not guessed at.
  if (file.is_module && !file.is_file && program.find('.') != npos) return EntryPointKind::python_module;
  return program.ends_with(".py") ? EntryPointKind::python_script : EntryPointKind::command;
}

}  // namespace

bool names_function(const std::string& program) {
  const std::size_t colon = program.rfind(':');
  if (colon == npos || colon == 0 || program.find(':') != colon) return false;
  const std::string function = program.substr(colon + 1);
  const auto is_of_name = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '.' || c >= 0x80;
  };
  return !function.empty() && std::isdigit(static_cast<unsigned char>(function.front())) == 0 &&
         std::all_of(function.begin(), function.end(), is_of_name);
}

std::string file_of_program(const std::string& program) {
  return names_function(program) ? program.substr(0, program.rfind(':')) : program;
}

bool installs_package(EntryPointKind kind) {
  return kind == EntryPointKind::python_package || kind == EntryPointKind::script_of_package ||
         kind == EntryPointKind::command_of_package || kind == EntryPointKind::function_of_package;
}

bool needs_python_package(EntryPointKind kind) {
  return kind == EntryPointKind::python_function || kind == EntryPointKind::function_of_package ||
         kind == EntryPointKind::framework;
}

bool is_python_script(EntryPointKind kind) {
  return kind == EntryPointKind::python_script || kind == EntryPointKind::script_of_package;
}

bool is_command(EntryPointKind kind) {
  return kind == EntryPointKind::command || kind == EntryPointKind::command_of_package;
}

EntryPointKind choose_entry_point(const std::string& program, const CodeLayout& code) {
  if (program.ends_with(".sh")) return EntryPointKind::command;
  const bool is_package = code.has_setup_py || code.pyproject_makes_package;
  if (names_function(program))
    return is_package ? EntryPointKind::function_of_package : EntryPointKind::python_function;
  return is_package ? choose_in_package(program, code.program) : choose_by_itself(program, code.program);
}

std::vector<std::string> entry_point_argv(EntryPointKind kind, const std::string& program,
                                          const std::string& python) {
  switch (kind) {
    case EntryPointKind::python_package:
      return {python, "-m", package_module(program)};
    case EntryPointKind::python_module: {
      const std::string directory = module_of_directory(program);
      return {python, "-m", directory.empty() ? program : directory};
    }
    case EntryPointKind::python_script:
    case EntryPointKind::script_of_package:
      return {python, script_path(program)};
    case EntryPointKind::python_function:
    case EntryPointKind::function_of_package:
      return {python, "-m", "sm_train_function", program};
    case EntryPointKind::framework:
      return {python, "-m", "sm_train_framework", program};
    case EntryPointKind::command:
    case EntryPointKind::command_of_package:
      return {program.starts_with('/') ? program : "./" + program};
  }
  return {};
}

}  // namespace sm_train
