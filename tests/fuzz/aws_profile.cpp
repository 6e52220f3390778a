// The shared config and credentials files of AWS.
//
// The input: the profile's name, the config file, and the credentials file.

#include <algorithm>
#include <fstream>
#include <string>

#include "sm_train/aws/endpoint.hpp"
#include "sm_train/aws/host_label.hpp"
#include "sm_train/aws/profile.hpp"
#include "sm_train/aws/region.hpp"
#include "sm_train/system/files.hpp"
#include "support.hpp"

namespace sm_train::fuzz {

namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, std::string_view text) {
  std::ofstream(file, std::ios::binary) << text;
}

bool is_trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  return text.empty() || (blanks.find(text.front()) == std::string_view::npos &&
                          blanks.find(text.back()) == std::string_view::npos);
}

bool is_lower(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

void check_settings(const Profile& profile) {
  require(profile.found || profile.settings.empty(), "settings are those of a profile that is there");
  for (const auto& [name, value] : profile.settings) {
    require(is_trimmed(name) && is_lower(name), "a name is trimmed and in lower case");
    require(is_trimmed(value), "a value is trimmed");
  }
}

/// A credentials file that holds the profile.
std::string credentials_file_of(const Profile& profile) {
  std::string text = "[" + profile.name + "]\n";
  for (const auto& [name, value] : profile.settings) text.append(name).append("=").append(value).append("\n");
  return text;
}

void check_region_and_endpoint(const Profile& profile) {
  refusal_of({Cause::bad_config}, [&] {
    const std::string region = configured_region({}, profile);
    require(region.empty() || is_host_label(region), "a region can be a part of a host's name");
    const S3Endpoint endpoint = find_s3_endpoint({}, profile, region.empty() ? default_region : region);
    const S3Address address = address_of({.bucket = "bucket", .key = "a key"}, endpoint);
    require(address.origin.starts_with("http"), "an endpoint is a URL");
    require(!address.host.empty() && address.host.find('/') == std::string::npos, "a host is a host");
    require(address.path.ends_with("/a%20key"), "a path ends with the key");
  });
}

/// A refusal is of a line, or of a profile that is not there; it tells the place and never the text.
void check_refusal(const Failure& failure, const EnvVars& env) {
  for (const char* file : {"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"}) {
    if (!failure.what.starts_with(env.at(file) + ", line ")) continue;
    require(failure.what.ends_with(": a section without its closing bracket.") ||
                failure.what.ends_with(": a setting without its =."),
            "a refusal does not quote the line");
    return;
  }
  require(failure.what.starts_with("AWS_PROFILE names the profile \"" + env.at("AWS_PROFILE") + "\""),
          "a refusal names the file and the line, or the profile");
}

}  // namespace

void check(std::string_view input) {
  static const TempDir directory(scratch_parent());
  const auto [name, config, credentials] = split<3>(input);
  const EnvVars env = {{"AWS_PROFILE", std::string(name)},
                       {"AWS_CONFIG_FILE", directory.path() / "config"},
                       {"AWS_SHARED_CREDENTIALS_FILE", directory.path() / "credentials"}};
  write(directory.path() / "config", config);
  write(directory.path() / "credentials", credentials);
  Profile profile;
  const auto refusal = refusal_of({Cause::bad_config}, [&] { profile = load_profile(env); });
  if (refusal) return check_refusal(*refusal, env);

  check_settings(profile);
  check_region_and_endpoint(profile);
  if (!profile.found) return;
  write(directory.path() / "config", "");
  write(directory.path() / "credentials", credentials_file_of(profile));
  require(load_profile(env).settings == profile.settings, "settings that are written read back");
}

}  // namespace sm_train::fuzz
