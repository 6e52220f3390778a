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
  const auto& files = input.state.pip_config_files;
  return files.empty() ? "" : files.front();
}

bool is_uv_told_of_an_index(const EnvVars& env) {
  constexpr std::array names = {"UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL",
                                "UV_NO_INDEX"};
  return std::any_of(names.begin(), names.end(), [&](const char* name) {
    const auto found = env.find(name);
    return found != env.end() && !found->second.empty();
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
  if (!has_uv) return InstallerChoice::pip;
  const std::string setting = setting_of_pip_alone(input);
  if (setting.empty() || is_uv_told_of_an_index(input.env)) return InstallerChoice::uv;
  if (!has_pip)
    throw Error(
        {.cause = Cause::unavailable,
         .what = fmt::format("Nothing can install {} as it should: uv does not follow {}, and {} has no pip.",
                             what, setting, input.python),
         .remedy = "Tell uv itself of the index (UV_DEFAULT_INDEX), choose it with --installer uv, or put "
                   "pip into the image."});
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
  // Its output is for us, who are quiet, and tell what was installed.
  env.erase("PIP_QUIET");
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

bool takes_packages(const InterpreterState& state, InstallerChoice installer) {
  return state.is_site_writable || (state.is_user_site_writable && installer == InstallerChoice::pip);
}

/// Without touching what is installed, which cannot be removed. pip has a place of the user's for that, but
/// not in a virtual environment: there it must not look at what is installed at all.
std::vector<std::string> options_for_prefix(const InstallationInput& input, InstallerChoice installer) {
  if (installer == InstallerChoice::uv) return {"--prefix", input.prefix};
  if (input.state.is_virtual) return {"--prefix", input.prefix, "--ignore-installed"};
  return {"--user"};
}

void install_below_prefix(const InstallationInput& input, InstallerChoice installer, Installation& plan,
                          InstallStep& step) {
  const auto options = options_for_prefix(input, installer);
  step.command.argv.insert(step.command.argv.end(), options.begin(), options.end());
  EnvVars& env = step.command.env;
  env["PYTHONUSERBASE"] = input.prefix;
  for (const char* name : {"PIP_USER", "PIP_TARGET", "PIP_PREFIX"}) env.erase(name);
  // What uv keeps on its way cannot be where nothing can be written either.
  env.emplace("UV_CACHE_DIR", input.prefix + "/cache/uv");
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
  if (!takes_packages(input.state, installer) && !input.prefix.empty())
    install_below_prefix(input, installer, plan, step);
  if (input.package) step.command.argv.emplace_back(".");
  if (!input.requirements.empty())
    step.command.argv.insert(step.command.argv.end(), {"-r", input.requirements});
  plan.steps.push_back(std::move(step));
  return plan;
}

}  // namespace sm_train
