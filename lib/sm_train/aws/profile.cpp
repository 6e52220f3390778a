#include "sm_train/aws/profile.hpp"

#include <algorithm>
#include <fstream>
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

// `[profile dev]` in the config file, where other words start sections of other kinds; `[dev]` in the
// credentials file; `[default]` in both.
bool is_section_of(std::string_view header, const std::string& profile, bool is_config_file) {
  if (!is_config_file || header == "default") return header == profile;
  constexpr std::string_view word = "profile";
  if (!header.starts_with(word)) return false;
  const auto name = header.substr(word.size());
  return name.find_first_of(" \t") == 0 && trim(name) == profile;
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

void read_section(const fs::path& file, bool is_config_file, Profile& profile) {
  std::ifstream in(file);
  bool inside = false;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const auto text = trim(line);
    if (text.empty() || text.front() == '#' || text.front() == ';') continue;
    if (text.front() == '[') {
      inside = is_section_of(section_header(text, file, number), profile.name, is_config_file);
      profile.found = profile.found || inside;
      continue;
    }
    const bool is_nested = line.front() == ' ' || line.front() == '\t';
    if (!inside || is_nested) continue;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) throw_bad_line(file, number, "a setting without its =");
    profile.settings[lower(trim(text.substr(0, equals)))] = trim(text.substr(equals + 1));
  }
}

}  // namespace

std::string Profile::setting(const std::string& key) const {
  const auto at = settings.find(key);
  return at == settings.end() ? "" : at->second;
}

Profile load_profile(const EnvVars& env) {
  const auto named = env_var(env, "AWS_PROFILE");
  Profile profile = {.name = named.empty() ? "default" : named,
                     .config_file = file_at(env, "AWS_CONFIG_FILE", "config"),
                     .credentials_file = file_at(env, "AWS_SHARED_CREDENTIALS_FILE", "credentials")};
  read_section(profile.config_file, true, profile);
  read_section(profile.credentials_file, false, profile);
  if (!named.empty() && !profile.found)
    throw Error({.cause = Cause::bad_config,
                 .what = fmt::format("AWS_PROFILE names the profile \"{}\", which neither {} nor {} holds.",
                                     named, profile.config_file.string(), profile.credentials_file.string()),
                 .remedy = "Correct AWS_PROFILE, or add the profile to one of the files."});
  return profile;
}

}  // namespace sm_train
