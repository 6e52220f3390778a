#include "sm_train/stages/doctor/directories.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "sm_train/contract/byte_size.hpp"
#include "sm_train/contract/failure_report/volume.hpp"
#include "sm_train/contract/one_line.hpp"
#include "sm_train/system/process_env.hpp"
#include "sm_train/system/volumes.hpp"

namespace fs = std::filesystem;

namespace sm_train {

namespace {

/// What a directory that is missing would be made in.
fs::path nearest_existing(fs::path path) {
  std::error_code ignored;
  path = fs::absolute(path, ignored);
  while (!fs::exists(path, ignored) && path.has_relative_path()) path = path.parent_path();
  return path;
}

/// Why this user cannot write there; empty: it can.
std::string fault_of(const fs::path& path) {
  const fs::path there = nearest_existing(path);
  std::error_code ignored;
  if (!fs::is_directory(there, ignored)) return "is no directory";
  if (::faccessat(AT_FDCWD, there.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return "";
  return std::generic_category().message(errno);
}

/// Directories of one volume.
struct SharedVolume {
  dev_t device = 0;
  std::string names;
  Volume volume;
};

std::vector<SharedVolume> volumes_by_device(const std::vector<WrittenDirectory>& directories) {
  std::vector<SharedVolume> all;
  for (const auto& [name, path, must_be_writable] : directories) {
    const fs::path there = nearest_existing(path);
    struct stat status = {};
    const auto volumes = volumes_of({there});
    if (volumes.empty() || ::stat(there.c_str(), &status) != 0) continue;
    const auto same = std::ranges::find(all, status.st_dev, &SharedVolume::device);
    if (same != all.end())
      same->names += ", " + name;
    else
      all.push_back({.device = status.st_dev, .names = name, .volume = volumes.front()});
  }
  return all;
}

std::string described(const SharedVolume& shared) {
  const Volume& volume = shared.volume;
  return fmt::format("{} of {} are free for {}{}", byte_size_text(volume.free), byte_size_text(volume.size),
                     shared.names, volume.has_inodes ? "" : ", and no inode, so that no file can be made");
}

}  // namespace

std::vector<WrittenDirectory> written_directories(const Paths& paths,
                                                  const std::optional<std::string>& checkpoint_dir,
                                                  const EnvVars& env) {
  const std::string temporary = env_var(env, "TMPDIR");
  std::vector<WrittenDirectory> all = {
      {.name = "output", .path = paths.output()},
      {.name = "model", .path = paths.model()},
      // Code that is to be fetched has another place then.
      {.name = "code", .path = paths.code(), .must_be_writable = false},
      {.name = "temporary files", .path = temporary.empty() ? "/tmp" : temporary, .must_be_writable = false}};
  if (checkpoint_dir) all.push_back({.name = "checkpoints", .path = *checkpoint_dir});
  return all;
}

Finding check_directories(const std::vector<WrittenDirectory>& directories) {
  std::string faults;
  bool is_fatal = false;
  for (const auto& [name, path, must_be_writable] : directories) {
    const std::string fault = fault_of(path);
    if (fault.empty()) continue;
    is_fatal = is_fatal || must_be_writable;
    faults +=
        fmt::format("{}{} ({}): {}", faults.empty() ? "" : "; ", plain_or_quoted(path.native()), name, fault);
  }
  if (faults.empty()) return passed("All that a job writes to can be written.");
  const std::string what = fmt::format("User {} cannot write to {}.", ::geteuid(), faults);
  const std::string remedy =
      "Run the container as another user, mount it writable, or chown it in the image; TMPDIR names another "
      "place for temporary files.";
  return is_fatal ? failed(what, remedy) : warning(what, remedy);
}

Finding check_disk(const std::vector<WrittenDirectory>& directories, std::uint64_t enough) {
  std::string what;
  Verdict verdict = Verdict::passed;
  for (const SharedVolume& shared : volumes_by_device(directories)) {
    what += (what.empty() ? "" : "; ") + described(shared);
    if (is_full(shared.volume))
      verdict = Verdict::failed;
    else if (shared.volume.free < enough && verdict == Verdict::passed)
      verdict = Verdict::warning;
  }
  if (what.empty()) return skipped("No volume that is written to tells of its room.");
  what += '.';
  const std::string remedy =
      "Free some room, or give the job a larger volume (VolumeSizeInGB); datasets and caches (HF_HOME, "
      "TORCH_HOME) belong on a volume that has it.";
  if (verdict == Verdict::passed) return passed(what);
  return verdict == Verdict::failed ? failed(what, remedy) : warning(what, remedy);
}

}  // namespace sm_train
