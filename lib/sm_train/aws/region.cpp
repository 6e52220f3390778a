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
  std::string region = env_var(env, "AWS_REGION");
  if (region.empty()) region = env_var(env, "AWS_DEFAULT_REGION");
  if (region.empty()) region = profile.setting("region");
  // It becomes a part of a host's name.
  if (!region.empty() && !is_host_label(region))
    throw Error({.cause = Cause::bad_config,
                 .what = fmt::format("\"{}\" is not the name of an AWS region.", region),
                 .remedy = "Set AWS_REGION to a name such as us-east-1."});
  return region;
}

const Partition& partition_of(std::string_view region) {
  return *std::ranges::find_if(
      partitions, [&](const Partition& partition) { return region.starts_with(partition.region_prefix); });
}

}  // namespace sm_train
