#include "sm_train/system/process_env.hpp"

#include <string_view>
#include <unistd.h>

namespace sm_train {

EnvVars process_env_vars() {
  EnvVars env;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) env.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return env;
}

std::string env_var(const EnvVars& env, const std::string& name) {
  const auto found = env.find(name);
  return found == env.end() ? "" : found->second;
}

}  // namespace sm_train
