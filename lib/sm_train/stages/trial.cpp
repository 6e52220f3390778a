#include "sm_train/stages/trial.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <sys/file.h>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/contract/list_some.hpp"
#include "sm_train/stages/code_directory.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/mounts.hpp"
#include "sm_train/system/overlay.hpp"
#include "sm_train/system/staging.hpp"
#include "sm_train/system/tree_size.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

constexpr std::array<std::string_view, 3> program_names = {"train.py", "train.sh", "__main__.py"};
constexpr std::array<std::string_view, 4> made_anew = {"input", "code", "model", "output"};

/// Tells a directory of a trial from one that somebody may have filled with work.
constexpr const char* marker = ".made-by-sm-train-run";
constexpr const char* marker_text =
    "sm-train run made this directory, and makes input, code, model and output in it anew each time.\n";

/// The files at the top that look like programs.
std::vector<std::string> scripts_in(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (auto entry = fs::directory_iterator(directory, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const fs::path extension = entry->path().extension();
    if (extension == ".py" || extension == ".sh") names.push_back(entry->path().filename());
  }
  if (error) throw Error(errno_failure(error.value(), Access::read, "list " + directory.native()));
  std::sort(names.begin(), names.end());
  return names;
}

MockJob marked(MockJob job) {
  job.files[marker] = marker_text;
  return job;
}

bool is_of_a_trial(const fs::path& directory) {
  std::error_code error;
  return fs::is_regular_file(directory / marker, error);
}

/// Also where it is a mount point itself.
bool has_mounts(const fs::path& directory) {
  if (!mounts_below(directory).empty()) return true;
  const std::vector<fs::path> beside = mounts_below(directory.parent_path());
  return std::find(beside.begin(), beside.end(), directory) != beside.end();
}

/// What was put there for the program to find, and is nobody's to remove but his who did.
void require_replaceable(const fs::path& directory) {
  std::error_code error;
  const fs::file_type type = fs::symlink_status(directory, error).type();
  if (type == fs::file_type::not_found) return;
  const bool is_directory = type == fs::file_type::directory;
  if (is_directory && !has_mounts(directory)) return;
  throw Error({.cause = Cause::cannot_create,
               .what = fmt::format("{} cannot be made anew: {}", directory.native(),
                                   is_directory ? "something is mounted there" : "it is not a directory"),
               .remedy = "Name a new directory with --base-path."});
}

/// Held by who uses the directory. Two at once would take each other's results away.
UniqueFd lock_trial(const fs::path& directory) {
  const fs::path path = directory / marker;
  UniqueFd lock(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!lock) throw Error(errno_failure(errno, Access::read, "open " + path.native()));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
  throw Error({.cause = Cause::cannot_create,
               .what = fmt::format("{} is in use by another run.", directory.native()),
               .remedy = "Wait until that has ended, or name another directory with --base-path."});
}

/// A hyperparameter may be a secret, and who runs the trial is who reads it.
void keep_private(const fs::path& directory) {
  fs::permissions(Paths{directory}.hyperparameters(), fs::perms::owner_read | fs::perms::owner_write);
}

void make_anew(const MockJob& job, const fs::path& directory, const Interrupt& interrupt) {
  require_apart(job, directory);
  for (const std::string_view name : made_anew) require_replaceable(directory / name);
  const Staging staging(directory);
  fill_mock_job(job, staging.tree(), interrupt);
  keep_private(staging.tree());
  for (const std::string_view name : made_anew) replace_tree(staging.tree() / name, directory / name);
  std::error_code stays;
  fs::create_directory(directory / "checkpoints", stays);
}

/// "model: PATH (2 files, 1.2 KiB)"
std::string result_line(std::string_view name, const fs::path& path, const TreeSize& size) {
  return fmt::format("{}: {} ({})", name, path.native(), size.files == 0 ? "nothing" : tree_size_text(size));
}

}  // namespace

std::string program_of(const fs::path& code) {
  std::error_code error;
  const fs::file_type type = fs::status(code, error).type();
  if (error) throw Error(errno_failure(error.value(), Access::read, "read " + code.native()));
  if (type != fs::file_type::directory) return code.filename();

  std::vector<std::string> found;
  for (const std::string_view name : program_names)
    if (fs::is_regular_file(code / name, error)) found.emplace_back(name);
  if (found.size() == 1) return found.front();

  const std::vector<std::string> names = found.empty() ? scripts_in(code) : found;
  throw Error({.cause = Cause::usage,
               .what = fmt::format("Which file of {} is the program is not clear: it holds {}", code.native(),
                                   names.empty() ? "no train.py, train.sh or __main__.py" : list_some(names)),
               .remedy = "Name the program with --program."});
}

fs::path write_trial(const MockJob& job, const Interrupt& interrupt) {
  TempDir directory(temporary_directory(), "sm-train-run-");
  fill_mock_job(marked(job), directory.path(), interrupt);
  return std::move(directory).release();
}

UniqueFd write_trial(const MockJob& job, const fs::path& directory, const Interrupt& interrupt) {
  const fs::path path = canonical_path(directory);
  if (!is_of_a_trial(path)) {
    write_mock_job(marked(job), path, interrupt);
    keep_private(path);
    return lock_trial(path);
  }
  UniqueFd lock = lock_trial(path);
  make_anew(job, path, interrupt);
  return lock;
}

std::vector<std::string> trial_results(const Paths& paths) {
  std::vector<std::string> lines = {result_line("model", paths.model(), tree_size(paths.model()))};
  const fs::path checkpoints = paths.root / "checkpoints";
  for (const auto& [name, path] :
       {std::pair("output/data", paths.output_data()),
        std::pair("output/intermediate", paths.output_intermediate()), std::pair("checkpoints", checkpoints)})
    if (const TreeSize size = tree_size(path); size.files > 0) lines.push_back(result_line(name, path, size));
  std::error_code error;
  if (fs::exists(paths.failure(), error)) lines.push_back("failure: " + paths.failure().native());
  return lines;
}

}  // namespace sm_train
