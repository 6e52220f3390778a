#include "sm_train/stages/python_package.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "sm_train/contract/entry_point.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/stages/code_layout.hpp"
#include "sm_train/system/files.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

constexpr const char* setup_py = R"(import pathlib

from setuptools import find_packages, setup

here = pathlib.Path(__file__).parent
setup(
    name="{}",
    version="1.0.0",
    packages=find_packages(),
    py_modules=[path.stem for path in here.glob("*.py") if path.name != "setup.py"],
    package_data={{"": ["*"]}},
)
)";

void require_distribution_name(const std::string& name) {
  const auto is_alphanumeric = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x80 && std::isalnum(byte) != 0;
  };
  const bool is_one = !name.empty() && is_alphanumeric(name.front()) && is_alphanumeric(name.back()) &&
                      std::all_of(name.begin(), name.end(), [&](char c) {
                        return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
                      });
  if (!is_one)
    throw Error({.cause = Cause::bad_config,
                 .what = fmt::format("\"{}\" is no name of a Python package.", name),
                 .remedy = "Use letters, digits, and - _ . between them."});
}

bool is_python_package(const CodeLayout& code) {
  return code.has_setup_py || code.pyproject_makes_package;
}

}  // namespace

bool create_python_package(const fs::path& directory, const std::string& name) {
  require_distribution_name(name);
  if (is_python_package(list_code(directory, ""))) return false;
  write_file_atomically(directory / "setup.py", fmt::format(fmt::runtime(setup_py), name));
  return true;
}

void install_python_package(const fs::path& directory, Signals& signals, const Interpreter& python,
                            const EnvVars& env, const InstallOptions& options) {
  const CodeLayout code = list_code(directory, "");
  if (!is_python_package(code))
    throw Error(
        {.cause = Cause::bad_data,
         .what = fmt::format("{} is no Python package: it has neither a setup.py nor a pyproject.toml "
                             "that makes one.",
                             code.directory),
         .remedy = "Add one, or call create_python_package first."});
  const auto prepared =
      prepare_installation(EntryPointKind::python_package, code, python, options, env, code.directory,
                           signals.interrupt_of("while looking at the interpreter"));
  // A job's own directory would go before anybody could import from it.
  if (!prepared.plan.module_directories.empty())
    throw Error(
        {.cause = Cause::cannot_create,
         .what = fmt::format("{} takes no packages: its site-packages cannot be written.", python.path),
         .remedy = "Use an interpreter of a virtual environment of your own."});
  install(prepared.plan.steps, signals, options.timeout);
}

}  // namespace sm_train
