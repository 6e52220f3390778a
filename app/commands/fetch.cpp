#include "commands/fetch.hpp"

#include <chrono>
#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/stages/fetch.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/tree_size.hpp"

namespace sm_train {

namespace {

using Clock = std::chrono::steady_clock;

std::filesystem::path directory_of(const Given& given) {
  std::string directory = given.text("DIR").value_or("");
  if (!directory.empty()) return directory;
  throw Error({.cause = Cause::usage,
               .what = "DIR is empty, and the code is to be put there.",
               .remedy = "`sm-train fetch --help` shows what it takes."});
}

int run(Given given, Signals& signals) {
  const std::string source = given.text("URI").value_or("");
  const std::filesystem::path directory = directory_of(given);
  constexpr int info = static_cast<int>(LogLevel::info);
  const auto& level = given.options.log_level;
  set_log_level(level ? log_level_number(*level).value_or(info) : info);
  FetchOptions options = given.options.fetch;
  options.s3.env = given.options.environment;
  const auto start = Clock::now();
  const auto fetched =
      fetch_code(source, directory, options, signals.interrupt_of("while fetching the code"));
  const std::chrono::duration<double> took = Clock::now() - start;
  if (fetched)
    log(LogLevel::info, fmt::format("Fetched {} to {}: {} in {:.2f} s.", source, directory.native(),
                                    tree_size_text(*fetched), took.count()));
  return 0;
}

}  // namespace

Subcommand fetch_command() {
  return {.name = "fetch",
          .summary = "Fetch code into a directory, as the job would",
          .operands = {{.name = "URI",
                        .help = "s3://bucket/key, s3://bucket/prefix/, a directory, an archive or a file"},
                       {.name = "DIR", .help = "Where the code goes; it is made where it is missing"}},
          .settings = SettingsOf::fetching,
          .examples = {{.command = "sm-train fetch s3://bucket/sourcedir.tar.gz ./code",
                        .what = "what a job gets"}},
          .exit_codes =
              "0; 143 and 130 where SIGTERM or SIGINT ended it; else sysexits' (64 to 78, or 128 + n where "
              "signal n ended it).",
          .run = run};
}

}  // namespace sm_train
