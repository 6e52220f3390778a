#include "sm_train/contract/installation.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

// Of pip's settings those that change nothing in what is installed, or what uv does of its own accord.
constexpr std::array<std::string_view, 14> settings_that_uv_can_do_without = {"PIP_BREAK_SYSTEM_PACKAGES",
                                                                              "PIP_CACHE_DIR",
                                                                              "PIP_DEFAULT_TIMEOUT",
                                                                              "PIP_DISABLE_PIP_VERSION_CHECK",
                                                                              "PIP_NO_CACHE_DIR",
                                                                              "PIP_NO_COLOR",
                                                                              "PIP_NO_INPUT",
                                                                              "PIP_NO_WARN_SCRIPT_LOCATION",
                                                                              "PIP_PROGRESS_BAR",
                                                                              "PIP_QUIET",
                                                                              "PIP_RETRIES",
                                                                              "PIP_ROOT_USER_ACTION",
                                                                              "PIP_TIMEOUT",
                                                                              "PIP_VERBOSE"};

/// A setting of pip's that uv, which reads none of them, would not follow; empty: none. An image that names
/// its own index must not get packages of another one.
std::string setting_of_pip_alone(const InstallationInput& input) {
  for (const auto& [name, value] : input.env) {
    const bool counts = name.starts_with("PIP_") && !value.empty() && name != "PIP_CONFIG_FILE";
    if (counts && std::find(settings_that_uv_can_do_without.begin(), settings_that_uv_can_do_without.end(),
                            name) == settings_that_uv_can_do_without.end())
      return name;
  }
  return input.pip_config_files.empty() ? "" : input.pip_config_files.front();
}

bool is_uv_configured(const EnvVars& env) {
  return std::any_of(env.begin(), env.end(), [](const auto& variable) {
    return variable.first.starts_with("UV_") && variable.first.find("INDEX") != std::string::npos;
  });
}

[[noreturn]] void no_installer(const InstallationInput& input, const std::string& what, const char* missing) {
  throw Error(
      {.cause = Cause::unavailable,
       .what =
           fmt::format("Nothing can install {}: {}.", what, fmt::format(fmt::runtime(missing), input.python)),
       .remedy = "Put pip (python -m ensurepip) or uv into the image, or choose another installer with "
                 "--installer or SM_TRAIN_INSTALLER."});
}

/// uv or pip, and what is to be said of that.
InstallerChoice choose_installer(const InstallationInput& input, const std::string& what,
                                 std::vector<std::string>& notes) {
  const bool has_uv = !input.uv.empty();
  const bool has_pip = input.state.has_pip;
  if (input.choice == InstallerChoice::uv && !has_uv) no_installer(input, what, "uv is not on PATH");
  if (input.choice == InstallerChoice::pip && !has_pip) no_installer(input, what, "{} has no pip");
  if (input.choice != InstallerChoice::automatic) return input.choice;
  if (!has_uv && !has_pip) no_installer(input, what, "uv is not on PATH, and {} has no pip");
  if (!has_uv || !has_pip) return has_uv ? InstallerChoice::uv : InstallerChoice::pip;
  const std::string setting = setting_of_pip_alone(input);
  if (setting.empty() || is_uv_configured(input.env)) return InstallerChoice::uv;
  notes.push_back(fmt::format("pip installs, though uv is there, since uv would not follow {}", setting));
  return InstallerChoice::pip;
}

/// The platform's cache outlives a job in a warm pool.
/// Source: https://docs.aws.amazon.com/sagemaker/latest/dg/train-warm-pools.html
void use_cache_of_warm_pool(EnvVars& env) {
  const auto cache = env.find("SAGEMAKER_MANAGED_WARMPOOL_CACHE_DIRECTORY");
  if (cache == env.end() || cache->second.empty()) return;
  const std::string directory = cache->second;
  env.emplace("PIP_CACHE_DIR", directory + "/pip");
  env.emplace("UV_CACHE_DIR", directory + "/uv");
}

EnvVars installer_env(const InstallationInput& input, std::vector<std::string>& notes) {
  EnvVars env = input.env;
  use_cache_of_warm_pool(env);
  env.emplace("PIP_DISABLE_PIP_VERSION_CHECK", "1");
  env.emplace("PIP_NO_INPUT", "1");
  if (!input.in_container) return env;
  env.emplace("PIP_ROOT_USER_ACTION", "ignore");
  if (!input.state.is_externally_managed) return env;
  // In a container there is nobody else whose packages it could break.
  const bool is_new = env.emplace("PIP_BREAK_SYSTEM_PACKAGES", "1").second;
  if (env.emplace("UV_BREAK_SYSTEM_PACKAGES", "1").second && is_new)
    notes.push_back(fmt::format(
        "{} is marked as externally managed (PEP 668); in a container packages are installed all the same",
        input.python));
  return env;
}

std::vector<std::string> installer_argv(const InstallationInput& input, InstallerChoice installer) {
  if (installer == InstallerChoice::uv) return {input.uv, "pip", "install", "--python", input.python};
  return {input.python, "-m", "pip", "install"};
}

void install_below_prefix(const InstallationInput& input, Installation& plan, InstallStep& step) {
  step.command.argv.insert(step.command.argv.end(), {"--prefix", input.prefix});
  // What uv or pip keep on their way cannot be where nothing can be written either.
  step.command.env.emplace("UV_CACHE_DIR", input.prefix + "/cache/uv");
  plan.module_directories = input.state.module_directories;
  plan.script_directories = input.state.script_directories;
  plan.notes.push_back(fmt::format(
      "{} takes no packages, as its site-packages cannot be written: they go into {}, for this job only",
      input.python, input.prefix));
}

}  // namespace

Installation plan_installation(const InstallationInput& input) {
  std::vector<std::string> what;
  if (input.package) what.emplace_back("the package in " + input.code_directory);
  if (!input.requirements.empty()) what.emplace_back(input.requirements);
  if (what.empty()) return {};
  InstallStep step = {.what = fmt::format("{}", fmt::join(what, " and ")), .command = {}};

  Installation plan;
  if (input.choice == InstallerChoice::none) {
    plan.notes.push_back(fmt::format("{} is not installed, as the installer is none", step.what));
    return plan;
  }
  if (!input.package && input.state.requirements_are_satisfied) {
    plan.notes.push_back(fmt::format("{} is satisfied already", input.requirements));
    return plan;
  }
  const InstallerChoice installer = choose_installer(input, step.what, plan.notes);
  step.command = {.argv = installer_argv(input, installer),
                  .env = installer_env(input, plan.notes),
                  .cwd = input.code_directory};
  if (!input.state.takes_packages && !input.prefix.empty()) install_below_prefix(input, plan, step);
  if (input.package) step.command.argv.emplace_back(".");
  if (!input.requirements.empty())
    step.command.argv.insert(step.command.argv.end(), {"-r", input.requirements});
  plan.steps.push_back(std::move(step));
  return plan;
}

}  // namespace sm_train
