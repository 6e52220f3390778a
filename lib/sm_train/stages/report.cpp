#include "sm_train/stages/report.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "sm_train/contract/failure_text.hpp"
#include "sm_train/system/unique_fd.hpp"

namespace sm_train {

namespace {

namespace fs = std::filesystem;

void remove_stale(const fs::path& file) {
  std::error_code error;
  fs::remove(file, error);
  if (error)
    throw Error({.cause = Cause::cannot_create,
                 .what = fmt::format("{}: this report of an earlier run cannot be removed: {}.",
                                     file.string(), error.message()),
                 .remedy = "Remove it, and make its directory writable."});
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// In one step, so that nobody reads half a report.
bool replace_file(const fs::path& file, std::string_view text) {
  std::string temporary = file.string() + ".XXXXXX";
  const UniqueFd fd(mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return false;
  if (write_all(fd.get(), text) && fchmod(fd.get(), 0644) == 0 &&
      rename(temporary.c_str(), file.c_str()) == 0)
    return true;
  const int error = errno;
  unlink(temporary.c_str());
  errno = error;
  return false;
}

/// For a directory in which no new file can be made.
bool overwrite_file(const fs::path& file, std::string_view text) {
  const UniqueFd fd(open(file.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
  return fd && write_all(fd.get(), text);
}

/// The report is not worth the job's result: what goes wrong with it is only told.
void write_report(const fs::path& file, std::string_view text) {
  std::error_code ignored;
  fs::create_directories(file.parent_path(), ignored);
  if (replace_file(file, text)) return;
  const std::string reason = std::generic_category().message(errno);
  if (overwrite_file(file, text)) return;
  fmt::print(stderr, "sm-train: {}: the report cannot be written: {}. It would be:\n{}\n", file.string(),
             reason, text.empty() ? "(an empty file)" : text);
}

bool has_content(const fs::path& file) {
  std::error_code ignored;
  return fs::exists(file, ignored) && !fs::is_empty(file, ignored);
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

}  // namespace

void prepare_report(const Paths& paths) {
  std::error_code error;
  fs::create_directories(paths.output(), error);
  if (error)
    throw Error({.cause = Cause::cannot_create,
                 .what = fmt::format("{}: cannot be made: {}.", paths.output().string(), error.message()),
                 .remedy = "Make the base path writable, or name another one with --base-path."});
  remove_stale(paths.success());
  remove_stale(paths.failure());
}

int report(const Outcome& outcome, const Command& command, const Paths& paths) {
  if (succeeded(outcome))
    report_success(paths);
  else if (has_content(paths.failure()))
    remove_quietly(paths.success());  // what the program says of itself stays
  else
    report_failure(paths, failure_text(outcome, command));
  return exit_code(outcome);
}

int report(const Failure& failure, const Paths& paths) {
  std::error_code ignored;
  // Without a base path there is no job, and nobody who would look there for the report.
  if (fs::is_directory(paths.root, ignored)) report_failure(paths, failure_text(failure));
  return exit_code(failure.cause);
}

}  // namespace sm_train
