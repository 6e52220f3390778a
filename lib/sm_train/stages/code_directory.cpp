#include "sm_train/stages/code_directory.hpp"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/files.hpp"
#include "sm_train/system/mounts.hpp"
#include "sm_train/system/staging.hpp"

namespace sm_train {

namespace fs = std::filesystem;

fs::path canonical_path(const fs::path& path) {
  std::error_code error;
  // Of a relative path that is not there it would keep the text.
  const fs::path absolute = fs::absolute(path, error);
  fs::path canonical = error ? fs::path() : fs::weakly_canonical(absolute, error);
  if (error) throw Error(errno_failure(error.value(), Access::read, "resolve " + path.native()));
  return canonical.has_filename() ? canonical : canonical.parent_path();
}

fs::path code_directory(const fs::path& code) {
  fs::path directory = canonical_path(code);
  if (fs::exists(directory) && !fs::is_directory(directory))
    throw Error(
        {.cause = Cause::cannot_create,
         .what = fmt::format("{} is not a directory, and the code is to be put there", directory.native()),
         .remedy = "Remove it."});
  return directory;
}

bool is_inside(const fs::path& path, const fs::path& directory) {
  return std::mismatch(directory.begin(), directory.end(), path.begin(), path.end()).first == directory.end();
}

bool holds_code(const fs::path& code) {
  std::error_code error;
  if (!fs::exists(code, error)) return false;
  for (auto entry = fs::directory_iterator(code, error); !error && entry != fs::directory_iterator();
       entry.increment(error))
    if (!is_staging_name(entry->path().filename())) return true;
  if (error) throw Error(errno_failure(error.value(), Access::read, "list " + code.native()));
  return false;
}

void refuse_mounts(const fs::path& code) {
  const auto mounts = mounts_below(code);
  if (mounts.empty()) return;
  throw Error({.cause = Cause::cannot_create,
               .what = fmt::format("{} cannot be replaced: {} is mounted in it", code.native(),
                                   mounts.front().native()),
               .remedy = "Unmount it, or let the old code stay (--existing-code overlay)."});
}

void refuse_nested(const std::string& source, const fs::path& path, const fs::path& code) {
  if (!is_inside(path, code) && !is_inside(code, path)) return;
  throw Error(
      {.cause = Cause::usage,
       .what = fmt::format("the source of the code, \"{}\", and the code directory {} lie one in the other",
                           source, code.native()),
       .remedy = "Name the code directory itself, or a directory outside of it."});
}

}  // namespace sm_train
