#include "sm_train/system/gpu_files.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace fs = std::filesystem;

namespace sm_train {

namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// What stands behind "KEY:" in one of the driver's files; empty where nothing does.
std::string value_of(const fs::path& file, std::string_view key) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);)
    if (const auto colon = line.find(':'); line.compare(0, colon, key) == 0 && colon != std::string::npos)
      return std::string(trim(std::string_view(line).substr(colon + 1)));
  return "";
}

/// None where the directory cannot be read.
std::vector<fs::path> entries_of(const fs::path& directory) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error); !error && entry != fs::directory_iterator();
       entry.increment(error))
    entries.push_back(entry->path());
  return entries;
}

bool is_there(const fs::path& path) {
  std::error_code unknown;
  return fs::exists(path, unknown);
}

bool begins_with(const fs::path& path, std::string_view name) {
  return path.filename().native().starts_with(name);
}

struct Gpu {
  std::string minor;  ///< N of /dev/nvidiaN
  std::string uuid;   ///< "GPU-..."
};

std::vector<Gpu> own_gpus(const GpuFiles& files) {
  std::vector<Gpu> gpus;
  for (const fs::path& directory : entries_of(files.proc / "driver/nvidia/gpus")) {
    const fs::path information = directory / "information";
    Gpu gpu = {.minor = value_of(information, "Device Minor"), .uuid = value_of(information, "GPU UUID")};
    if (!gpu.minor.empty() && is_there(files.dev / ("nvidia" + gpu.minor))) gpus.push_back(std::move(gpu));
  }
  return gpus;
}

/// Whether a compute instance, which is what CUDA sees of a GPU that is parted, is ours to use.
bool has_part(const Gpu& gpu, const GpuFiles& files) {
  for (const fs::path& instance :
       entries_of(files.proc / "driver/nvidia/capabilities" / ("gpu" + gpu.minor) / "mig"))
    for (const fs::path& part : entries_of(instance)) {
      if (!begins_with(instance, "gi") || !begins_with(part, "ci")) continue;
      const std::string minor = value_of(part / "access", "DeviceFileMinor");
      if (!minor.empty() && is_there(files.dev / "nvidia-caps" / ("nvidia-cap" + minor))) return true;
    }
  return false;
}

/// The number that a text begins with, as CUDA reads it ("1st" is 1); -1 for none.
int leading_number(std::string_view text) {
  int number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::vector<std::string_view> listed(std::string_view list) {
  std::vector<std::string_view> items;
  for (std::size_t start = 0; start <= list.size();) {
    const std::size_t end = std::min(list.find(',', start), list.size());
    items.push_back(trim(list.substr(start, end - start)));
    start = end + 1;
  }
  return items;
}

/// The index of the one GPU that an item of CUDA_VISIBLE_DEVICES names; -1 where there is no such one.
int index_of(std::string_view item, const std::vector<Gpu>& gpus) {
  const auto is_it = [&](const Gpu& gpu) { return gpu.uuid.starts_with(item); };
  if (!item.starts_with("GPU-")) {
    const int index = leading_number(item);
    return index < static_cast<int>(gpus.size()) ? index : -1;
  }
  if (std::count_if(gpus.begin(), gpus.end(), is_it) != 1) return -1;
  return static_cast<int>(std::find_if(gpus.begin(), gpus.end(), is_it) - gpus.begin());
}

/// What CUDA_VISIBLE_DEVICES leaves: its items up to the first that names none, and nothing where it names
/// one twice.
int count_visible(std::string_view list, const std::vector<Gpu>& gpus) {
  std::vector<int> seen;
  for (const std::string_view item : listed(list)) {
    const int index = index_of(item, gpus);
    if (index < 0) break;
    if (std::find(seen.begin(), seen.end(), index) != seen.end()) return 0;
    seen.push_back(index);
  }
  return static_cast<int>(seen.size());
}

/// Of parts CUDA sees one: the first, or the one that is named.
int count_visible_parts(std::string_view list) {
  const std::string_view first = listed(list).front();
  return first.starts_with("MIG-") || leading_number(first) == 0 ? 1 : 0;
}

}  // namespace

std::optional<int> count_gpu_files(const EnvVars& env, const GpuFiles& files) {
  if (!is_there(files.proc / "driver/nvidia/gpus")) return std::nullopt;
  const std::vector<Gpu> gpus = own_gpus(files);
  const bool is_parted =
      std::any_of(gpus.begin(), gpus.end(), [&](const Gpu& gpu) { return has_part(gpu, files); });
  const auto list = env.find("CUDA_VISIBLE_DEVICES");
  if (list == env.end()) return is_parted ? 1 : static_cast<int>(gpus.size());
  return is_parted ? count_visible_parts(list->second) : count_visible(list->second, gpus);
}

}  // namespace sm_train
