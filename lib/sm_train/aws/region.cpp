#include "sm_train/aws/region.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "sm_train/aws/host_label.hpp"
#include "sm_train/contract/failure.hpp"

namespace sm_train {

namespace {

// aws-us-gov has the domains of aws, which comes last as it takes every name.
// Source: botocore's partitions.json.
constexpr std::array partitions = {
    Partition{"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", false},
    Partition{"us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
    Partition{"us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
    Partition{"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
    Partition{"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
    Partition{"eusc-", "amazonaws.eu", "api.amazonwebservices.eu"},
    Partition{"", "amazonaws.com", "api.aws"},
};

}  // namespace

std::string configured_region(const EnvVars& env, const Profile& profile) {
  return find_region_setting(env, profile).region;
}

RegionSetting find_region_setting(const EnvVars& env, const Profile& profile) {
  RegionSetting found;
  for (const auto& [region, setting] :
       {RegionSetting{env_var(env, "AWS_REGION"), "AWS_REGION"},
        RegionSetting{env_var(env, "AWS_DEFAULT_REGION"), "AWS_DEFAULT_REGION"},
        RegionSetting{profile.setting("region"), "the profile " + profile.name}})
    if (found.region.empty() && !region.empty()) found = {.region = region, .setting = setting};
  // It becomes a part of a host's name.
  if (!found.region.empty() && !is_host_label(found.region))
    throw Error({.cause = Cause::bad_config,
                 .what = fmt::format("\"{}\" is not the name of an AWS region.", found.region),
                 .remedy = "Set AWS_REGION to a name such as us-east-1."});
  return found;
}

const Partition& partition_of(std::string_view region) {
  return *std::ranges::find_if(
      partitions, [&](const Partition& partition) { return region.starts_with(partition.region_prefix); });
}

}  // namespace sm_train
