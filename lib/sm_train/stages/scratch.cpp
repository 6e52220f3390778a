#include "sm_train/stages/scratch.hpp"

#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "sm_train/contract/failure.hpp"
#include "sm_train/system/log.hpp"
#include "sm_train/system/process_env.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

/// Programs and shared libraries are to lie there.
bool allows_execution(const fs::path& directory) {
  struct statvfs volume = {};
  return ::statvfs(directory.c_str(), &volume) == 0 && (volume.f_flag & ST_NOEXEC) == 0;
}

bool is_writable(const fs::path& directory) {
  return ::access(directory.c_str(), W_OK | X_OK) == 0;
}

}  // namespace

std::optional<TempDir> make_scratch(const std::string& prefix, const EnvVars& env, const fs::path& base) {
  const std::string chosen = env_var(env, "TMPDIR");
  std::error_code error;
  const fs::path temporary = fs::absolute(chosen.empty() ? "/tmp" : chosen, error);
  for (const fs::path& parent : {temporary, base, fs::path("/dev/shm")}) {
    if (!is_writable(parent) || !allows_execution(parent)) continue;
    try {
      return TempDir(parent, prefix);
    } catch (const Error&) {
      continue;  // full, maybe
    }
  }
  return std::nullopt;
}

std::optional<TempDir> make_room_for_code(const fs::path& code, const EnvVars& env, const fs::path& base) {
  std::error_code error;
  const bool is_there = fs::exists(code, error);
  if (is_writable(is_there ? code : code.parent_path())) return std::nullopt;
  if (is_there && (!fs::is_directory(code, error) || !fs::is_empty(code, error) || error))
    return std::nullopt;
  auto room = make_scratch("sm-train-code-", env, base);
  if (room)
    log(LogLevel::info, fmt::format("{} cannot be written: the code goes into {}, for this job only",
                                    code.native(), room->path().native()));
  return room;
}

}  // namespace sm_train
