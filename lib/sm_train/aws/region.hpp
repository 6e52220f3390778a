#pragma once

#include <string>
#include <string_view>

#include "sm_train/aws/profile.hpp"
#include "sm_train/system/process_env.hpp"

namespace sm_train {

/// Where nothing names a region: S3 corrects it in its answer.
inline constexpr const char* default_region = "us-east-1";

/// AWS_REGION, AWS_DEFAULT_REGION, the profile's; empty where none is set. Throws Error{bad_config} where it
/// can be no region.
/// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html
std::string configured_region(const EnvVars& env, const Profile& profile);

/// A region, and the setting that names it: "AWS_REGION", "the profile default". Both are empty where none
/// does.
struct RegionSetting {
  std::string region;
  std::string setting;
};

/// The same, where it is to be told where it comes from.
RegionSetting find_region_setting(const EnvVars& env, const Profile& profile);

/// The part of AWS that a region belongs to.
struct Partition {
  std::string_view region_prefix;
  std::string_view dns_suffix;
  std::string_view dual_stack_dns_suffix;  ///< for services other than S3
  bool s3_has_fips = true;
};

/// That of the region's name, and AWS's main one where no other claims the name.
const Partition& partition_of(std::string_view region);

}  // namespace sm_train
