#include "sm_train/stages/install.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <sstream>

#include <fmt/format.h>

#include "sm_train/contract/command_line.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/installer_error.hpp"
#include "sm_train/contract/secrets.hpp"
#include "sm_train/stages/launch.hpp"
#include "sm_train/system/executable.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/process_env.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

// Nothing of an installation is worth keeping: whoever stops the job wants it to end.
constexpr std::chrono::milliseconds grace{500};

/// What cannot be looked at is no file that we could use.
bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// Many a pyproject.toml just configures tools: one with these tables makes a package.
bool makes_package(const fs::path& pyproject) {
  if (!is_file(pyproject)) return false;
  std::istringstream lines(read_file(pyproject, 1 << 20));
  for (std::string line; std::getline(lines, line);) {
    std::erase_if(line, [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
    if (line.starts_with("[project]") || line.starts_with("[build-system]")) return true;
  }
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

/// A relative name may lead through a symbolic link of the code's, but not up; an absolute one must really
/// lie there.
bool is_inside(const std::string& program, const fs::path& code) {
  const fs::path path = program.starts_with('/') ? fs::weakly_canonical(fs::path(program).parent_path())
                                                 : (code / program).lexically_normal();
  return path == code || path.native().starts_with(code.native() + "/");
}

[[noreturn]] void installer_failed(const InstallStep& step, const Outcome& outcome) {
  for (const std::string& output : {outcome.stdout_tail, outcome.stderr_tail})
    if (!output.empty())
      log(LogLevel::error, "pip said:\n" + output.substr(0, output.find_last_not_of('\n') + 1));
  throw Error(
      {.cause = Cause::unavailable,
       .what = fmt::format(
           "Installing {} failed with exit code {}: {}.", step.what, exit_code(outcome),
           // Its environment may hold more secrets than ours.
           Secrets(step.command.env).masked(installer_error(outcome.stdout_tail, outcome.stderr_tail))),
       .remedy = "Correct the requirement, or give pip an index that has it (PIP_INDEX_URL)."});
}

}  // namespace

CodeLayout list_code(const fs::path& directory, const std::string& program) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) throw Error(errno_failure(error.value(), Access::write, "make " + directory.native()));
  const fs::path code = fs::canonical(directory);
  return {.directory = code.native(),
          .entries = list_names(code),
          .has_setup_py = is_file(code / "setup.py"),
          .pyproject_makes_package = makes_package(code / "pyproject.toml"),
          .has_requirements = is_file(code / "requirements.txt"),
          .program_is_inside = is_inside(program, code),
          .program_is_file = !program.empty() && is_file(code / program)};
}

Interpreter find_python(const std::string& chosen, const EnvVars& env) {
  Interpreter result{
      .looked_for =
          "VIRTUAL_ENV, CONDA_PREFIX, and python3 and python on PATH and in /usr/local/bin and /usr/bin"};
  if (!chosen.empty()) {
    const auto found = chosen.find('/') == std::string::npos ? find_executable(chosen, env)
                                                             : std::optional(fs::path(chosen));
    if (!found || !is_executable(*found))
      throw Error(
          {.cause = Cause::not_found,
           .what = fmt::format("The Python interpreter {} is not there, or cannot be executed.", chosen),
           .remedy = "Correct --python or SM_TRAIN_PYTHON, or leave it out to have one found."});
    result.path = fs::absolute(*found);
    return result;
  }
  for (const char* prefix : {"VIRTUAL_ENV", "CONDA_PREFIX"}) {
    const fs::path python = fs::path(env_var(env, prefix)) / "bin/python";
    if (python.is_absolute() && is_executable(python)) {
      result.path = python;
      return result;
    }
  }
  // A PATH that a job's own settings have cut down still finds the image's interpreter.
  const EnvVars usual = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}};
  for (const auto& places : {env, usual}) {
    for (const char* name : {"python3", "python"}) {
      if (const auto found = find_executable(name, places)) {
        result.path = fs::absolute(*found);
        return result;
      }
    }
  }
  return result;
}

void require_requirements(const std::string& requirements, const CodeLayout& code) {
  const fs::path path = fs::path(code.directory) / requirements;
  if (requirements.empty() || is_file(path)) return;
  throw Error({.cause = Cause::no_input,
               .what = fmt::format("The requirements file {} is no file.", path.native()),
               .remedy = "Correct --requirements or SM_TRAIN_REQUIREMENTS."});
}

void make_executable(const CodeLayout& code, const std::string& program) {
  const fs::path path = fs::path(code.directory) / program;
  if (is_executable(path)) return;
  std::error_code error;
  fs::permissions(path, fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec,
                  fs::perm_options::add, error);
  if (error)
    throw Error({.cause = Cause::not_executable,
                 .what = fmt::format("The program {} has no execute bit, and giving it one failed: {}.",
                                     path.native(), error.message()),
                 .remedy = "Set the bit (chmod +x) before the code is packed."});
}

void install(const std::vector<InstallStep>& steps, Signals& signals) {
  for (const InstallStep& step : steps) {
    log(LogLevel::info, "installing " + step.what);
    log(LogLevel::debug, "running " + command_line(step.command));
    const auto start = std::chrono::steady_clock::now();
    const Outcome outcome =
        launch(step.command, signals, {.name = "the installer", .grace = grace, .relay_output = false});
    if (outcome.told_to_end)
      throw_if_ending(*outcome.told_to_end, "while installing, before the program was started");
    if (!succeeded(outcome)) installer_failed(step, outcome);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    log(LogLevel::info, fmt::format("installed {} in {:.1f} s", step.what, took.count()));
  }
}

}  // namespace sm_train
