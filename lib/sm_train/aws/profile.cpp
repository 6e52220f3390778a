#include "sm_train/aws/profile.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <string_view>

#include <fmt/core.h>

#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

namespace fs = std::filesystem;

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lowered;
}

fs::path file_at(const EnvVars& env, const std::string& variable, const char* standard) {
  const auto named = env_var(env, variable);
  const auto path = named.empty() ? fmt::format("~/.aws/{}", standard) : named;
  const auto home = env_var(env, "HOME");
  // Without a home the path stays as it is written: one in the working directory would be another's.
  return path.starts_with("~/") && !home.empty() ? fs::path(home) / path.substr(2) : fs::path(path);
}

// A section's header by its words: `[profile dev]`.
bool is_section(std::string_view header, std::string_view kind, std::string_view name) {
  if (!header.starts_with(kind)) return false;
  const auto rest = header.substr(kind.size());
  return rest.find_first_of(" \t") == 0 && trim(rest) == name;
}

[[noreturn]] void throw_bad_line(const fs::path& file, int number, const char* problem) {
  throw Error(
      {.cause = Cause::bad_config,
       .what = fmt::format("{}, line {}: {}.", file.string(), number, problem),
       .remedy = "Correct the file, or name another one (AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE)."});
}

std::string_view section_header(std::string_view line, const fs::path& file, int number) {
  const auto end = line.find(']');
  if (end == std::string_view::npos) throw_bad_line(file, number, "a section without its closing bracket");
  return trim(line.substr(1, end - 1));
}

using IsWanted = std::function<bool(std::string_view header)>;
using Settings = std::map<std::string, std::string>;

// Reads the settings of the wanted sections into `settings`; false where the file has none. What is indented
// below `s3 =` is kept as "s3.NAME".
bool read_sections(const fs::path& file, const IsWanted& is_wanted, Settings& settings) {
  std::ifstream in(file);
  bool found = false;
  bool inside = false;
  int number = 0;
  std::string parent;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const auto text = trim(line);
    if (text.empty() || text.front() == '#' || text.front() == ';') continue;
    if (text.front() == '[') {
      inside = is_wanted(section_header(text, file, number));
      found = found || inside;
      parent.clear();
      continue;
    }
    if (!inside) continue;
    const bool is_nested = line.front() == ' ' || line.front() == '\t';
    const auto equals = text.find('=');
    if (equals == std::string_view::npos && is_nested) continue;
    if (equals == std::string_view::npos) throw_bad_line(file, number, "a setting without its =");
    const auto name = lower(trim(text.substr(0, equals)));
    settings[is_nested ? fmt::format("{}.{}", parent, name) : name] = trim(text.substr(equals + 1));
    if (!is_nested) parent = name;
  }
  return found;
}

}  // namespace

std::string Profile::setting(const std::string& key) const {
  const auto at = settings.find(key);
  return at == settings.end() ? "" : at->second;
}

std::string Profile::service_setting(const std::string& key) const {
  const auto at = services.find(key);
  return at == services.end() ? "" : at->second;
}

Profile load_profile(const EnvVars& env, const std::string& name) {
  Profile profile = {.name = name,
                     .config_file = file_at(env, "AWS_CONFIG_FILE", "config"),
                     .credentials_file = file_at(env, "AWS_SHARED_CREDENTIALS_FILE", "credentials")};
  // In the config file other words start sections of other kinds; `[default]` needs none in either.
  const bool in_config = read_sections(
      profile.config_file,
      [&](std::string_view header) {
        return is_section(header, "profile", name) || (name == "default" && header == name);
      },
      profile.settings);
  const bool in_credentials = read_sections(
      profile.credentials_file, [&](std::string_view header) { return header == name; }, profile.settings);
  profile.found = in_config || in_credentials;
  if (const auto services = profile.setting("services"); !services.empty())
    read_sections(
        profile.config_file,
        [&](std::string_view header) { return is_section(header, "services", services); }, profile.services);
  return profile;
}

Profile load_profile(const EnvVars& env) {
  const auto named = env_var(env, "AWS_PROFILE");
  auto profile = load_profile(env, named.empty() ? "default" : named);
  if (!named.empty() && !profile.found)
    throw Error({.cause = Cause::bad_config,
                 .what = fmt::format("AWS_PROFILE names the profile \"{}\", which neither {} nor {} holds.",
                                     named, profile.config_file.string(), profile.credentials_file.string()),
                 .remedy = "Correct AWS_PROFILE, or add the profile to one of the files."});
  return profile;
}

}  // namespace sm_train
