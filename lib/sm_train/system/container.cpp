#include "sm_train/system/container.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <unistd.h>

#include "sm_train/system/process_env.hpp"

namespace sm_train {

bool is_in_container(const EnvVars& env) {
  if (::getpid() == 1) return true;
  constexpr std::array files = {"/.dockerenv", "/run/.containerenv"};
  constexpr std::array variables = {"container", "KUBERNETES_SERVICE_HOST", "TRAINING_JOB_NAME"};
  std::error_code ignored;
  return std::any_of(files.begin(), files.end(),
                     [&](const char* file) { return std::filesystem::exists(file, ignored); }) ||
         std::any_of(variables.begin(), variables.end(),
                     [&](const char* name) { return !env_var(env, name).empty(); });
}

}  // namespace sm_train
