#include "sm_train/stages/channel_args.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/option_parsers.hpp"
#include "sm_train/contract/python_text.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/log.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

// Bounds that keep the look at the code to a few milliseconds, whatever lies there.
constexpr std::size_t max_files = 100;
constexpr std::size_t max_file_bytes = 256 << 10;
constexpr std::size_t max_depth = 3;

bool is_python(const fs::path& path) {
  return path.extension() == ".py";
}

/// The text of a file, and nothing where it cannot be read or is too large: guessing must not fail a job.
std::string text_or_nothing(const fs::path& path) try {
  return read_file(path, max_file_bytes);
} catch (const Error&) {
  return "";
}

/// The text of the Python files of the code, one after the other: options may be declared in a module beside
/// the program.
std::string python_sources(const fs::path& directory) {
  std::string text;
  std::size_t files = 0;
  std::error_code error;
  fs::recursive_directory_iterator entry(directory, fs::directory_options::skip_permission_denied, error);
  for (; !error && entry != fs::recursive_directory_iterator() && files < max_files; entry.increment(error)) {
    if (static_cast<std::size_t>(entry.depth()) >= max_depth) entry.disable_recursion_pending();
    std::error_code ignored;
    if (!is_python(entry->path()) || !entry->is_regular_file(ignored)) continue;
    text += text_or_nothing(entry->path()) + "\n";
    ++files;
  }
  return text;
}

bool pass_every(const std::string& /*channel*/, const std::string& /*flag*/) {
  return true;
}

std::vector<std::string> channel_args(const Environment& environment, const CodeLayout& code,
                                      ChannelArgs rule) {
  if (environment.channel_input_dirs.empty() || rule == ChannelArgs::never) return {};
  const EntryPointKind kind = choose_entry_point(environment.user_entry_point, code);
  if (rule == ChannelArgs::always || kind == EntryPointKind::command)
    return to_channel_args(environment, pass_every);

  const std::string sources = python_sources(code.directory);
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
  return arguments;
}

}  // namespace sm_train
