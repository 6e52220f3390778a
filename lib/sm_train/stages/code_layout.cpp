#include "sm_train/stages/code_layout.hpp"

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <vector>

#include "sm_train/contract/entry_point.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/system/executable.hpp"
#include "sm_train/system/files.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

// Bounds that keep the look for a missing program to a few milliseconds, whatever lies there.
constexpr int max_entries = 4000;
constexpr int max_depth = 4;

/// What cannot be looked at is nothing that we could use.
bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// Many a pyproject.toml just configures tools: one with these tables makes a package. One that cannot be
/// read is none of ours.
bool makes_package(const fs::path& pyproject) try {
  if (!is_file(pyproject)) return false;
  std::istringstream lines(read_file(pyproject, 1 << 20));
  for (std::string line; std::getline(lines, line);) {
    std::erase_if(line, [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
    if (line.starts_with("[project]") || line.starts_with("[build-system]")) return true;
  }
  return false;
} catch (const Error&) {
  return false;
}

std::vector<std::string> list_names(const fs::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) {
    std::error_code ignored;  // a link that leads nowhere is a name like another
    names.push_back(entry.path().filename().native() + (entry.is_directory(ignored) ? "/" : ""));
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Hidden directories and installed packages are not the program's own.
bool is_own(const fs::path& path) {
  const std::string name = path.filename();
  return !name.starts_with('.') && name != "site-packages" && name != "__pycache__" && name != "node_modules";
}

/// Whatever cannot be looked into is left out: this is for a message alone.
std::vector<std::string> list_files(const fs::path& directory) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(directory, fs::directory_options::skip_permission_denied, error);
  for (int i = 0; i < max_entries && !error && entry != fs::recursive_directory_iterator(); ++i) {
    if (entry.depth() >= max_depth || !is_own(entry->path())) entry.disable_recursion_pending();
    if (is_file(entry->path())) files.push_back(entry->path().lexically_relative(directory));
    entry.increment(error);
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// A relative name may lead through a symbolic link of the code's, but not up; an absolute one must really
/// lie there.
bool is_inside(const std::string& program, const fs::path& code) {
  const fs::path path = program.starts_with('/') ? fs::weakly_canonical(fs::path(program).parent_path())
                                                 : (code / program).lexically_normal();
  return path == code || path.native().starts_with(code.native() + "/");
}

/// Whether Python would find a module of that name in the code directory.
bool is_module(const std::string& name, const fs::path& code) {
  const bool is_name = name.find('/') == std::string::npos && !name.starts_with('.') &&
                       !name.ends_with('.') && name.find("..") == std::string::npos;
  if (name.empty() || !is_name) return false;
  std::string path = name;
  std::replace(path.begin(), path.end(), '.', '/');
  return is_file(code / (path + ".py")) || is_file(code / path / "__main__.py");
}

ProgramFile look_at(const std::string& program, const fs::path& code) {
  const fs::path path = code / program;
  ProgramFile file = {.is_inside = is_inside(program, code)};
  if (program.empty()) return file;
  file.is_file = is_file(path);
  std::error_code ignored;
  file.is_directory = fs::is_directory(path, ignored);
  file.has_main = file.is_directory && is_file(path / "__main__.py");
  file.is_module = is_module(program, code);
  file.is_executable = is_executable(path);
  if (file.is_file) file.start = read_program_start(path);
  return file;
}

}  // namespace

CodeLayout list_code(const fs::path& directory, const std::string& named) {
  const std::string program = file_of_program(named);
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) throw Error(errno_failure(error.value(), Access::write, "make " + directory.native()));
  const fs::path code = fs::canonical(directory);
  CodeLayout layout = {.directory = code.native(),
                       .entries = list_names(code),
                       .has_setup_py = is_file(code / "setup.py"),
                       .pyproject_makes_package = makes_package(code / "pyproject.toml"),
                       .program = look_at(program, code),
                       .files = {}};
  if (!program.empty() && !layout.program.is_file) layout.files = list_files(code);
  return layout;
}

}  // namespace sm_train
