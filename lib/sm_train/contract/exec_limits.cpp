#include "sm_train/contract/exec_limits.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "sm_train/contract/env_vars.hpp"
#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/unicode.hpp"

namespace sm_train {

namespace {

/// What these say stands in the config files too, or in other variables.
constexpr std::array<std::string_view, 10> movable = {
    "SM_CURRENT_INSTANCE_GROUP_HOSTS",
    "SM_FRAMEWORK_PARAMS",
    "SM_HOSTS",
    "SM_HPS",
    "SM_INPUT_DATA_CONFIG",
    "SM_INSTANCE_GROUPS_DICT",
    "SM_RESOURCE_CONFIG",
    "SM_TOPOLOGY",
    "SM_TRAINING_ENV",
    "SM_USER_ARGS",
};

/// For the program's own name, and what an interpreter line adds to the arguments.
constexpr std::size_t reserve = 8 << 10;

bool is_movable(std::string_view name) {
  return std::find(movable.begin(), movable.end(), name) != movable.end();
}

std::size_t entry_size(const std::string& name, const std::string& value) {
  return name.size() + value.size() + 2;
}

std::size_t total_size(const Command& command) {
  std::size_t total = reserve;
  for (const std::string& argument : command.argv) total += argument.size() + 1 + sizeof(char*);
  for (const auto& [name, value] : command.env) total += entry_size(name, value) + sizeof(char*);
  return total;
}

[[noreturn]] void refuse(const std::string& what, std::size_t size, std::size_t limit) {
  throw Error({.cause = Cause::bad_config,
               .what = fmt::format("{} takes {} bytes, and the kernel passes at most {} to a program.", what,
                                   size, limit),
               .remedy = "Put it into a file of a channel, and pass the file's name."});
}

/// The largest of what cannot be moved.
std::string largest_entry(const Command& command) {
  std::string largest = "nothing";
  std::size_t size = 0;
  for (const auto& [name, value] : command.env) {
    if (is_movable(name) || entry_size(name, value) <= size) continue;
    size = entry_size(name, value);
    largest = fmt::format("{} with {} bytes", name, size);
  }
  return largest;
}

}  // namespace

void require_passable(const Environment& environment, const ArgumentOptions& options,
                      const ExecLimits& limits) {
  for (const auto& [key, value] : environment.hyperparameters) {
    const std::string what = fmt::format("The hyperparameter \"{}\"", key);
    const std::size_t variable = entry_size("SM_HP_" + to_upper(key), env_var_text(value));
    if (variable > limits.string) refuse(what, variable, limits.string);
    const std::size_t argument = argument_text(value, options.style).size() + 1;
    if (argument > limits.string) refuse(what, argument, limits.string);
  }
}

std::vector<std::string> find_variables_to_move(const Command& command, const ExecLimits& limits) {
  std::vector<std::pair<std::size_t, std::string>> candidates;
  std::vector<std::string> moved;
  std::size_t total = total_size(command);
  const auto move = [&](const std::string& name, std::size_t size) {
    moved.push_back(name);
    total -= size;
  };
  for (const auto& [name, value] : command.env) {
    const std::size_t size = entry_size(name, value);
    if (is_movable(name) && size > limits.string)
      move(name, size);
    else if (is_movable(name))
      candidates.emplace_back(size, name);
    else if (size > limits.string)
      refuse("The variable " + name, size, limits.string);
  }
  std::sort(candidates.begin(), candidates.end());
  for (; total > limits.total && !candidates.empty(); candidates.pop_back())
    move(candidates.back().second, candidates.back().first);
  if (total > limits.total)
    refuse("The program's arguments and variables together, the largest of them " + largest_entry(command),
           total, limits.total);
  std::sort(moved.begin(), moved.end());
  return moved;
}

}  // namespace sm_train
