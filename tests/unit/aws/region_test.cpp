#include "sm_train/aws/region.hpp"

#include "catch.hpp"
#include "sm_train/contract/failure.hpp"

using namespace sm_train;

TEST_CASE("the region comes from AWS_REGION, then AWS_DEFAULT_REGION, then the profile, else is not known") {
  const auto profile = Profile{.name = "dev", .found = true, .settings = {{"region", "eu-west-3"}}};
  CHECK(configured_region({{"AWS_REGION", "eu-west-1"}, {"AWS_DEFAULT_REGION", "eu-west-2"}}, profile) ==
        "eu-west-1");
  CHECK(configured_region({{"AWS_REGION", ""}, {"AWS_DEFAULT_REGION", "eu-west-2"}}, profile) == "eu-west-2");
  CHECK(configured_region({}, profile) == "eu-west-3");
  CHECK(configured_region({}, {}).empty());
}

TEST_CASE("a region that could lead to another host is refused") {
  for (const char* region : {"eu west", "evil.com/", "EU-WEST-1", "a.b"}) {
    try {
      configured_region({{"AWS_REGION", region}}, {});
      FAIL("accepted: " << region);
    } catch (const Error& error) {
      CHECK(error.failure().cause == Cause::bad_config);
      CHECK(error.failure().what.find(region) != std::string::npos);
    }
  }
}

TEST_CASE("the setting that names the region is told") {
  const auto profile = Profile{.name = "dev", .found = true, .settings = {{"region", "eu-west-3"}}};
  CHECK(find_region_setting({{"AWS_REGION", "eu-west-1"}}, profile).setting == "AWS_REGION");
  CHECK(find_region_setting({{"AWS_DEFAULT_REGION", "eu-west-2"}}, profile).setting == "AWS_DEFAULT_REGION");
  CHECK(find_region_setting({}, profile).setting == "the profile dev");
  CHECK(find_region_setting({}, {}).setting.empty());
}
