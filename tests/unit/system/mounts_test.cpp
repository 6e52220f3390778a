#include "sm_train/system/mounts.hpp"

#include <algorithm>

#include "catch.hpp"

using namespace sm_train;
using Paths = std::vector<std::filesystem::path>;

namespace {

constexpr const char* mountinfo =
    "22 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw\n"
    "30 22 0:25 / /opt/ml/code rw - tmpfs none rw\n"
    "31 30 0:26 /sub /opt/ml/code/data rw,nosuid shared:1 - tmpfs none rw\n"
    "32 30 0:27 / /opt/ml/code/with\\040space\\134 rw - tmpfs none rw\n"
    "33 22 0:28 / /opt/ml/code-of-others rw - tmpfs none rw\n"
    "34 cut off\n";

}  // namespace

TEST_CASE("the mounts below a directory are those whose path goes through it") {
  CHECK(mounts_below("/opt/ml/code", mountinfo) == Paths{"/opt/ml/code/data", "/opt/ml/code/with space\\"});
  CHECK(mounts_below("/opt/ml/code/data", mountinfo).empty());
  CHECK(mounts_below("/", mountinfo).size() == 4);
  CHECK(mounts_below("/", "").empty());
}

TEST_CASE("the mounts of this process are known") {
  const auto mounts = mounts_below("/");
  CHECK(std::find(mounts.begin(), mounts.end(), "/proc") != mounts.end());
}
