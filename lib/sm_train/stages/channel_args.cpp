#include "sm_train/stages/channel_args.hpp"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "sm_train/contract/option_parsers.hpp"
#include "sm_train/contract/plan.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/system/log.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

// Bounds that keep the look at the code to a few milliseconds, whatever lies there.
constexpr int max_entries = 2000;
constexpr int max_files = 100;
constexpr std::size_t max_file_bytes = 256 << 10;
constexpr int max_depth = 3;

/// Hidden directories and installed packages are not the program's own.
bool is_own(const fs::path& path) {
  const std::string name = path.filename();
  return !name.starts_with('.') && name != "site-packages" && name != "__pycache__";
}

/// The beginning of a file; nothing where it cannot be read: guessing must not fail a job.
std::string beginning_of(const fs::path& path) {
  std::string text(max_file_bytes, '\0');
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return "";
  std::ifstream file(path, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text + "\n";
}

/// The text of the Python files of the code, the program's first: options may be declared in a module beside
/// it.
std::string python_sources(const fs::path& directory, const std::string& program) {
  std::string text = beginning_of(directory / program);
  int files = 0;
  int entries = 0;
  std::error_code error;
  fs::recursive_directory_iterator entry(directory, fs::directory_options::skip_permission_denied, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (++entries > max_entries || files >= max_files) break;
    if (entry.depth() >= max_depth || !is_own(entry->path())) entry.disable_recursion_pending();
    if (entry->path().extension() != ".py") continue;
    text += beginning_of(entry->path());
    ++files;
  }
  return text;
}

/// A command may name Python in its first line.
bool is_python(EntryPointKind kind, const ProgramFile& program) {
  return !is_command(kind) || program.start.shebang.find("python") != std::string::npos;
}

bool pass_every(const std::string& /*channel*/, const std::string& /*flag*/) {
  return true;
}

std::vector<std::string> channel_args(const Environment& environment, const CodeLayout& code,
                                      ChannelArgs rule) {
  if (environment.channel_input_dirs.empty() || rule == ChannelArgs::never ||
      runs_framework(environment.framework_module))
    return {};
  const EntryPointKind kind = choose_entry_point(environment.user_entry_point, code);
  if (rule == ChannelArgs::always || !is_python(kind, code.program))
    return to_channel_args(environment, pass_every);

  const std::string sources = python_sources(
      code.directory, file_of_program(os_bytes(environment.user_entry_point, "The program's name")));
  if (!imports_option_parser(sources)) return to_channel_args(environment, pass_every);
  return to_channel_args(environment, [&](const std::string& channel, const std::string& flag) {
    const bool declared = declares_option(sources, channel);
    if (!declared)
      log(LogLevel::info, fmt::format("the channel {} is no argument, as the program declares no option {} "
                                      "(--channel-args always passes it)",
                                      channel, flag));
    return declared;
  });
}

}  // namespace

std::vector<std::string> program_arguments(const Environment& environment, const CodeLayout& code,
                                           const Options& options) {
  std::vector<std::string> arguments = to_cmd_args(environment, options.arguments);
  const std::vector<std::string> channels = channel_args(environment, code, options.channel_args);
  arguments.insert(arguments.end(), channels.begin(), channels.end());
  arguments.insert(arguments.end(), options.extra_arguments.begin(), options.extra_arguments.end());
  return arguments;
}

}  // namespace sm_train
