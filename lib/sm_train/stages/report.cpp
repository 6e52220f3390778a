#include "sm_train/stages/report.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "sm_train/contract/failure_report/failure_text.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/volumes.hpp"

namespace sm_train {

namespace {

namespace fs = std::filesystem;

// The text, and a block for what a file system needs beside it.
constexpr std::uint64_t room_for_report = 16 << 10;

void remove_stale(const fs::path& file) {
  std::error_code error;
  fs::remove(file, error);
  if (error)
    throw Error({.cause = Cause::cannot_create,
                 .what = fmt::format("{}: this report of an earlier run cannot be removed: {}.",
                                     file.string(), error.message()),
                 .remedy = "Remove it, and make its directory writable."});
}

/// For a directory in which no new file can be made.
bool overwrite_file(const fs::path& file, const std::string& text) {
  std::ofstream stream(file, std::ios::binary | std::ios::in | std::ios::trunc | std::ios::out);
  return stream && stream << text << std::flush;
}

/// The report is not worth the job's result: what goes wrong with it is only told.
void write_report(const fs::path& file, const std::string& text) try {
  std::error_code ignored;
  fs::create_directories(file.parent_path(), ignored);
  write_file_atomically(file, text);
} catch (const Error& error) {
  if (overwrite_file(file, text)) return;
  log(LogLevel::error, fmt::format("{}: the report cannot be written: {}. It would be:\n{}", file.native(),
                                   error.failure().what, text.empty() ? "(an empty file)" : text));
}

bool has_content(const fs::path& file) {
  std::error_code ignored;
  return fs::is_regular_file(file, ignored) && !fs::is_empty(file, ignored);
}

void remove_quietly(const fs::path& file) {
  std::error_code ignored;
  fs::remove(file, ignored);
}

void report_success(const Paths& paths) {
  // What a program says of itself stays; with it there, success would be one report too many.
  if (has_content(paths.failure())) return;
  remove_quietly(paths.failure());
  write_report(paths.success(), "");
}

void report_failure(const Paths& paths, const std::string& text) {
  remove_quietly(paths.success());
  write_report(paths.failure(), text);
}

/// Where a program may run out of room, the likeliest first.
std::vector<fs::path> directories_to_write_to(const Command& command, const Paths& paths) {
  const auto named_by = [&](const char* variable, const char* otherwise) -> fs::path {
    const auto found = command.env.find(variable);
    return found == command.env.end() || found->second.empty() ? otherwise : found->second;
  };
  return {paths.model(),
          paths.output(),
          named_by("SM_CHECKPOINT_DIR", ""),
          paths.code(),
          named_by("TMPDIR", "/tmp"),
          named_by("HOME", "/"),
          "/",
          "/dev/shm"};
}

}  // namespace

ReservedRoom prepare_report(const Paths& paths) {
  std::error_code error;
  fs::create_directories(paths.output(), error);
  if (error)
    throw Error({.cause = Cause::cannot_create,
                 .what = fmt::format("{}: cannot be made: {}.", paths.output().string(), error.message()),
                 .remedy = "Make the base path writable, or name another one with --base-path."});
  remove_stale(paths.success());
  remove_stale(paths.failure());
  return {paths.output(), room_for_report};
}

int report(const Outcome& outcome, const Command& command, const Paths& paths, FailureClues clues,
           ReservedRoom room) {
  room.release();
  if (succeeded(outcome)) {
    report_success(paths);
  } else if (has_content(paths.failure())) {
    remove_quietly(paths.success());  // what the program says of itself stays
  } else if (!outcome.report.empty()) {
    report_failure(paths, outcome.report);
  } else {
    clues.volumes = volumes_of(directories_to_write_to(command, paths));
    const Secrets secrets(command.env, clues.hyperparameters);
    report_failure(paths, failure_text(outcome, command, clues, secrets));
  }
  return exit_code(outcome);
}

int report(const Failure& failure, const Paths& paths, const Secrets& secrets, ExistingReport existing) {
  std::error_code ignored;
  if (existing == ExistingReport::of_program && has_content(paths.failure())) remove_quietly(paths.success());
  // Without a base path there is no job, and nobody who would look there for the report.
  else if (fs::is_directory(paths.root, ignored))
    report_failure(paths, failure_text(failure, secrets));
  return exit_code(failure.cause);
}

}  // namespace sm_train
