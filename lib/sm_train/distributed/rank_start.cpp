#include "sm_train/distributed/rank_start.hpp"

#include <charconv>
#include <csignal>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/process.hpp"
#include "sm_train/system/process_env.hpp"

namespace sm_train {

namespace {

bool is_of_host(std::string_view name) {
  return name.starts_with("SM_") || name.starts_with("AWS_") || name == "CURRENT_HOST";
}

/// Each ends with a zero byte.
std::vector<std::string> texts_in(std::string_view bytes) {
  std::vector<std::string> texts;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\0');
    texts.emplace_back(bytes.substr(0, end));
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  }
  return texts;
}

bool is_of_open_mpi(std::string_view name) {
  return name.starts_with("OMPI_") || name.starts_with("PMIX_") || name.starts_with("PRTE_");
}

/// As the ranks that ran when the signal came, before they could have said what to do at it.
void end_with_job(const std::filesystem::path& ending) {
  std::error_code error;
  if (!std::filesystem::exists(ending, error)) return;
  const std::string text = read_file(ending);
  int signal = SIGTERM;
  std::from_chars(text.data(), text.data() + text.size(), signal);
  std::signal(signal, SIG_DFL);
  kill(getpid(), signal);
}

}  // namespace

void write_rank_file(const std::filesystem::path& file, const Command& program,
                     const std::vector<std::string>& given) {
  std::string bytes = program.cwd.native() + '\0' + fmt::format("{}", fmt::join(given, " ")) + '\0';
  for (const auto& [name, value] : program.env) bytes.append(name).append("=").append(value) += '\0';
  write_file_atomically(file, bytes, 0600);
}

std::vector<std::string> given_by_mpirun(const std::vector<std::string>& argv) {
  std::vector<std::string> names;
  for (std::size_t i = 1; i < argv.size(); ++i)
    if (const auto end = argv[i].find('='); argv[i - 1] == "-x" && end != std::string::npos)
      names.push_back(argv[i].substr(0, end));
  return names;
}

std::filesystem::path ending_file(const std::filesystem::path& rank_file) {
  return rank_file.native() + ".ending";
}

Command rank_command(std::vector<std::string> argv, EnvVars given, const std::filesystem::path& file) {
  Command command = {.argv = std::move(argv), .env = std::move(given), .cwd = {}};
  command.env.erase(rank_file_variable);
  if (file.empty()) return command;
  const std::vector<std::string> texts = texts_in(read_file(file));
  constexpr std::size_t first_variable = 2;
  if (texts.size() < first_variable) return command;
  command.cwd = texts[0];
  const auto is_of_mpirun = [names = " " + texts[1] + " "](const std::string& name) {
    return is_of_open_mpi(name) || names.find(" " + name + " ") != std::string::npos;
  };
  std::erase_if(command.env, [&](const auto& variable) {
    return is_of_host(variable.first) && !is_of_mpirun(variable.first);
  });
  for (std::size_t i = first_variable; i < texts.size(); ++i) {
    const auto end = texts[i].find('=');
    const std::string name = texts[i].substr(0, end);
    if (end == std::string::npos || (is_of_mpirun(name) && command.env.contains(name))) continue;
    command.env[name] = texts[i].substr(end + 1);
  }
  return command;
}

int start_rank(const std::vector<std::string>& argv) try {
  const EnvVars given = process_env_vars();
  const std::filesystem::path file = env_var(given, rank_file_variable);
  if (!file.empty()) end_with_job(ending_file(file));
  become(rank_command(argv, given, file));
} catch (const Error& error) {
  log(LogLevel::error, error.what());
  return exit_code(error.failure().cause);
}

}  // namespace sm_train
