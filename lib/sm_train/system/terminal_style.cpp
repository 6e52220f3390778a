#include "sm_train/system/terminal_style.hpp"

#include <unistd.h>

#include "sm_train/system/process_env.hpp"

namespace sm_train {

bool is_capable_terminal(int fd, const EnvVars& env) {
  return ::isatty(fd) == 1 && env_var(env, "TERM") != "dumb";
}

bool has_colour(int fd, const EnvVars& env) {
  return env_var(env, "NO_COLOR").empty() && is_capable_terminal(fd, env);
}

}  // namespace sm_train
