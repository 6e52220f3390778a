#include "sm_train/stages/install.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>

#include <fmt/format.h>

#include "sm_train/contract/command_line.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/installer_output.hpp"
#include "sm_train/contract/list_some.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/contract/secrets.hpp"
#include "sm_train/python/interpreter.hpp"
#include "sm_train/stages/launch.hpp"
#include "sm_train/stages/requirements.hpp"
#include "sm_train/stages/scratch.hpp"
#include "sm_train/system/container.hpp"
#include "sm_train/system/executable.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/process_env.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

// Nothing of an installation is worth keeping: whoever stops the job wants it to end.
constexpr std::chrono::milliseconds grace{500};

[[noreturn]] void installer_failed(const InstallStep& step, const Outcome& outcome,
                                   std::chrono::milliseconds timeout) {
  for (const std::string& output : {outcome.stdout_tail, outcome.stderr_tail})
    if (!output.empty())
      log(LogLevel::error, "the installer said:\n" + output.substr(0, output.find_last_not_of('\n') + 1));
  InstallerError said = installer_error(outcome.stdout_tail, outcome.stderr_tail);
  // Its environment may hold more secrets than ours.
  said.what = Secrets(step.command.env).masked(said.what);
  if (outcome.timed_out)
    throw Error({.cause = Cause::unavailable,
                 .what = fmt::format("Installing {} took longer than {:g} s, and was stopped: {}.", step.what,
                                     std::chrono::duration<double>(timeout).count(), said.what),
                 .remedy =
                     "Check that the index can be reached (PIP_INDEX_URL), or raise --install-timeout or "
                     "SM_TRAIN_INSTALL_TIMEOUT."});
  if (const auto* killed = std::get_if<Killed>(&outcome.end); killed != nullptr && killed->signal == SIGKILL)
    said = {.what = "it was killed, likely for memory",
            .remedy = "Give the job an instance with more memory, or require packages that have wheels."};
  throw Error({.cause = Cause::unavailable,
               .what = fmt::format("Installing {} failed with exit code {}: {}.", step.what,
                                   exit_code(outcome), said.what),
               .remedy = said.remedy});
}

InstallationInput installation_input(EntryPointKind kind, const CodeLayout& code,
                                     const InstallOptions& options, const EnvVars& env) {
  return {.package = installs_package(kind),
          .requirements = "",
          .code_directory = code.directory,
          .choice = options.installer,
          .env = env};
}

bool wants_anything(const InstallationInput& input) {
  return input.package || !input.requirements.empty();
}

/// What installing depends on beside the code, which lies in `directory` now.
void look_around(InstallationInput& input, const Interpreter& python, const fs::path& directory,
                 const Interrupt& interrupt) {
  input.python = require_python(python);
  input.uv = find_executable("uv", input.env).value_or("");
  input.in_container = is_in_container(input.env);
  const fs::path requirements = input.requirements.empty() ? fs::path() : directory / input.requirements;
  input.state =
      look_at_interpreter(input.python, requirements, input.prefix, input.env, directory, interrupt);
}

/// Where the requirements file comes from when these are laid over each other; the first without any.
fs::path tree_with_requirements(const std::vector<fs::path>& trees, const std::string& chosen) {
  std::error_code ignored;
  for (const fs::path& tree : trees)
    if (fs::exists(tree / (chosen.empty() ? usual_requirements : chosen), ignored)) return tree;
  return trees.empty() ? fs::path() : trees.front();
}

}  // namespace

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

InstallOptions with_requirements_of(const Settings& settings, InstallOptions options) {
  if (settings.requirements && options.requirements.empty())
    options.requirements = os_bytes(*settings.requirements, "The requirements file");
  return options;
}

PreparedInstallation prepare_installation(EntryPointKind kind, const CodeLayout& code,
                                          const Interpreter& python, const InstallOptions& options,
                                          const EnvVars& env, const fs::path& base,
                                          const Interrupt& interrupt) {
  InstallationInput input = installation_input(kind, code, options, env);
  input.requirements = find_requirements(options.requirements, code);
  PreparedInstallation prepared;
  if (!wants_anything(input)) return prepared;
  if (options.installer != InstallerChoice::none) {
    prepared.prefix = make_scratch("sm-train-packages-", env, base);
    if (prepared.prefix) {
      input.prefix = prepared.prefix->path();
      // Also what an installer leaves behind that was ended goes with it.
      input.env["TMPDIR"] = input.prefix;
    }
    look_around(input, python, code.directory, interrupt);
  }
  prepared.plan = plan_installation(input);
  for (const std::string& note : prepared.plan.notes) log(LogLevel::info, note);
  return prepared;
}

Installation foresee_installation(EntryPointKind kind, const CodeLayout& code,
                                  const std::vector<fs::path>& trees, const Interpreter& python,
                                  const InstallOptions& options, const EnvVars& env,
                                  const Interrupt& interrupt) {
  InstallationInput input = installation_input(kind, code, options, env);
  CodeLayout lying = code;
  lying.directory = tree_with_requirements(trees, options.requirements);
  input.requirements = find_requirements(options.requirements, lying);
  if (!wants_anything(input)) return {};
  if (options.installer != InstallerChoice::none) {
    input.prefix = "<directory of packages>";
    look_around(input, python, lying.directory, interrupt);
  }
  return plan_installation(input);
}

void install(const std::vector<InstallStep>& steps, Signals& signals, std::chrono::milliseconds timeout) {
  for (const InstallStep& step : steps) {
    log(LogLevel::info, "installing " + step.what);
    log(LogLevel::debug, "running " + command_line(step.command));
    const auto start = std::chrono::steady_clock::now();
    const Outcome outcome =
        launch(step.command, signals,
               {.name = "the installer", .grace = grace, .time_limit = timeout, .relay_output = false});
    if (outcome.told_to_end)
      throw_if_ending(*outcome.told_to_end, "while installing, before the program was started");
    if (!succeeded(outcome)) installer_failed(step, outcome, timeout);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    const auto packages = installed_packages(outcome.stdout_tail, outcome.stderr_tail);
    log(LogLevel::info, fmt::format("installed {} in {:.1f} s: {}", step.what, took.count(),
                                    packages.empty() ? "nothing new" : list_some(packages)));
  }
}

}  // namespace sm_train
