#include "sm_train/system/process_errors.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

namespace fs = std::filesystem;

// MAX_ARG_STRLEN of the kernel: 32 pages, and pages are 4 KiB or more.
// Source: execve(2), "Limits on size of arguments and environment".
constexpr std::size_t most_bytes_in_one_argument = 32UL * 4096;

std::string in_directory(const Command& command) {
  return command.cwd.empty() ? "" : " (working directory " + command.cwd.string() + ")";
}

[[noreturn]] void throw_directory_error(const Command& command, int error_number) {
  throw Error({.cause = error_number == EACCES ? Cause::denied : Cause::no_input,
               .what = fmt::format("{}: cannot be the working directory of {}: {}.", command.cwd.string(),
                                   command.argv.front(), std::generic_category().message(error_number)),
               .remedy = "Make it a directory that this user may enter."});
}

/// The longest text that the kernel must copy, and what it is: an argument or a variable.
std::pair<std::size_t, std::string> longest(const Command& command) {
  std::pair<std::size_t, std::string> found;
  for (std::size_t i = 0; i < command.argv.size(); ++i) {
    // A long argument is the value of the flag before it.
    const std::string& flag = command.argv[i == 0 ? 0 : i - 1];
    found = std::max(found, {command.argv[i].size(), "the argument after " + flag});
  }
  for (const auto& [name, value] : command.env)
    found = std::max(found, {name.size() + 1 + value.size(), "the variable " + name});
  return found;
}

[[noreturn]] void throw_too_long(const Command& command) {
  std::size_t total = 0;
  for (const auto& argument : command.argv) total += argument.size() + 1;
  for (const auto& [name, value] : command.env) total += name.size() + value.size() + 2;
  const auto [size, what] = longest(command);
  const std::string limit =
      size >= most_bytes_in_one_argument
          ? fmt::format("one may have less than {}", most_bytes_in_one_argument)
          : fmt::format("together they may have {} (a quarter of the stack's limit)", sysconf(_SC_ARG_MAX));
  throw Error(
      {.cause = Cause::not_executable,
       .what = fmt::format("{}: the arguments and variables are too long for Linux: {} bytes in all, {} "
                           "of them in {}; {}.",
                           command.argv.front(), total, size, what, limit),
       .remedy = "Pass a long value in a file of a channel, or shorten the hyperparameters."});
}

/// Why execve(2) says ENOENT of a file that is there: what is to interpret it is not.
std::string missing_interpreter(const fs::path& file) {
  std::string line;
  std::getline(std::ifstream(file) >> std::ws, line);
  if (!line.starts_with("#!")) return "the dynamic loader that it names is not there";
  std::string interpreter = line.substr(std::min(line.find_first_not_of(" \t", 2), line.size()));
  const bool dos = !interpreter.empty() && interpreter.back() == '\r';
  if (dos) interpreter.pop_back();
  return fmt::format("its first line names {}, which is not there{}", interpreter,
                     dos ? " (the line ends in a carriage return, as on Windows)" : "");
}

[[noreturn]] void throw_execute_error(const Command& command, const fs::path& program, int error_number) {
  const fs::path file = command.cwd / program;
  std::error_code ignored;
  if (error_number == ENOENT && fs::exists(file, ignored))
    throw Error({.cause = Cause::not_executable,
                 .what = fmt::format("{}: cannot be executed: {}.", file.string(), missing_interpreter(file)),
                 .remedy = "Install that interpreter in the image, or correct the file."});
  if (error_number == ENOENT || error_number == ENOTDIR)
    throw Error({.cause = Cause::not_found,
                 .what = fmt::format("{}: no such program{}.", program.string(), in_directory(command)),
                 .remedy = "Check the name of the program and that it is part of the code."});
  throw Error(
      {.cause = Cause::not_executable,
       .what = fmt::format("{}: cannot be executed{}: {}.", program.string(), in_directory(command),
                           std::generic_category().message(error_number)),
       .remedy = error_number == EACCES
                     ? "Set its execute bit (chmod +x), and see that the file system is not mounted noexec."
                     : "Give a program that was built for this machine, or a script with a #! line."});
}

}  // namespace

void throw_start_error(const Command& command, const fs::path& program, StartStep step, int error_number) {
  if (step == StartStep::change_directory) throw_directory_error(command, error_number);
  if (error_number == E2BIG) throw_too_long(command);
  throw_execute_error(command, program, error_number);
}

void throw_search_error(const std::string& name, const std::string& search_path, const fs::path& found) {
  if (!found.empty())
    throw Error({.cause = Cause::not_executable,
                 .what = fmt::format("{}: found as {}, which cannot be executed.", name, found.string()),
                 .remedy = "Set its execute bit (chmod +x)."});
  throw Error({.cause = Cause::not_found,
               .what = fmt::format("{}: no such program on PATH={}.", name, search_path),
               .remedy = "Install it in the image, or add its directory to PATH."});
}

}  // namespace sm_train
