#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "sm_train/system/process_env.hpp"

namespace sm_train {

/// The settings of one profile, from the shared config file overlaid with the shared credentials file.
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
struct Profile {
  std::string name;                             ///< AWS_PROFILE, else "default"
  bool found = false;                           ///< a file holds it
  std::filesystem::path config_file;            ///< AWS_CONFIG_FILE, else ~/.aws/config
  std::filesystem::path credentials_file;       ///< AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials
  std::map<std::string, std::string> settings;  ///< by lower-case name; nested ones as "s3.max_bandwidth"
  std::map<std::string, std::string> services;  ///< of the services section that it names: "s3.endpoint_url"

  /// An empty text where the profile does not say.
  std::string setting(const std::string& name) const;
  std::string service_setting(const std::string& name) const;
};

/// Files that are missing are as empty ones. Throws Error{bad_config} where AWS_PROFILE names a profile that
/// neither file holds, or a line cannot be understood (naming file and line, never its text).
Profile load_profile(const EnvVars& env);

/// The profile of that name, with `found` false where neither file holds it.
Profile load_profile(const EnvVars& env, const std::string& name);

}  // namespace sm_train
