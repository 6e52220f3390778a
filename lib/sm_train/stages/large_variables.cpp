#include "sm_train/stages/large_variables.hpp"

#include <algorithm>
#include <filesystem>
#include <unistd.h>

#include <fmt/format.h>

#include "sm_train/system/log.hpp"

namespace sm_train {

ExecLimits exec_limits() {
  // Linux's MAX_ARG_STRLEN is 32 pages, and it caps the total at 3/4 of 8 MiB however large the stack may
  // grow.
  constexpr std::size_t most = 6 << 20;
  const auto total = static_cast<std::size_t>(std::max(128L << 10, ::sysconf(_SC_ARG_MAX)));
  return {.string = 32 * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)), .total = std::min(most, total)};
}

std::optional<TempDir> move_large_variables(Command& command, const ExecLimits& limits) {
  const std::vector<std::string> names = find_variables_to_move(command, limits);
  if (names.empty()) return std::nullopt;
  TempDir directory;
  for (const std::string& name : names) {
    const std::filesystem::path file = directory.path() / name;
    const auto variable = command.env.extract(name);
    write_file_atomically(file, variable.mapped(), 0600);
    command.env[name + "_FILE"] = file.native();
    log(LogLevel::warning,
        fmt::format("{} is too large for a variable ({} bytes): {}_FILE names a file that holds it", name,
                    variable.mapped().size(), name));
  }
  return directory;
}

}  // namespace sm_train
